// The library's header asks for these to come first.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
