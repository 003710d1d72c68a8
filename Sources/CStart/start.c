#include "start.h"

#ifdef __linux__
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { MOST_VARIABLES = 4096 };

static int is_set(char **environment, const char *name) {
  size_t length = strlen(name);
  for (; *environment != NULL; environment++) {
    if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return 1;
  }
  return 0;
}

// Between two parallel pieces of work OpenMP's threads spin for milliseconds by default. Where other processes want the cores too, the
// one that is waited for is often not running, and time slices are spent on spinning: measured beside other work, ten
// times the time of sleeping. Threads that sleep at once are woken some hundred times a step, which is a tenth of its time. So they spin
// for about as long as waking takes. The library reads the environment when it is initialised, before main, so the program
// begins again with that set, unless the user has set how threads wait. No library's initialiser has run yet,
// which makes the second beginning cheap; nor has the C library's, so that the new environment is passed on directly.
static void begin_with_threads_that_spin_briefly(int count, char **arguments, char **environment) {
  static char *changed[MOST_VARIABLES + 2];
  static char program[4096];
  static char spins[] = "GOMP_SPINCOUNT=5000";
  (void)count;
  if (is_set(environment, "OMP_WAIT_POLICY") || is_set(environment, "GOMP_SPINCOUNT")) return;
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  size_t variables = 0;
  for (; environment[variables] != NULL; variables++) {
    if (variables == MOST_VARIABLES) return;
    changed[variables] = environment[variables];
  }
  changed[variables] = spins;
  // Comes back only where it fails; the program is then merely slower beside others.
  execve(program, arguments, changed);
}

__attribute__((section(".preinit_array"), used)) static void (*const at_start)(int, char **, char **) =
    begin_with_threads_that_spin_briefly;
#endif
