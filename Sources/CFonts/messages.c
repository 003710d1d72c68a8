#include "messages.h"

#include <stdio.h>

// FreeType's header of errors is a list, included with what is to become of each entry.
typedef struct {
  int code;
  const char *text;
} Meaning;

#undef FTERRORS_H_
#define FT_ERROR_START_LIST static const Meaning meanings[] = {
#define FT_ERRORDEF(name, value, meaning) {value, meaning},
#define FT_ERROR_END_LIST {0, NULL}};
#include FT_ERRORS_H

CFontsOutcome fonts_failed(FT_Error error, CFontsMessage *message) {
  const char *text = NULL;
  for (const Meaning *meaning = meanings; meaning->text; meaning++) {
    if (meaning->code == FT_ERROR_BASE(error)) text = meaning->text;
  }
  if (text) {
    snprintf(message->text, sizeof message->text, "%s", text);
  } else {
    snprintf(message->text, sizeof message->text, "FreeType's error %d", error);
  }
  return CFONTS_DAMAGED;
}
