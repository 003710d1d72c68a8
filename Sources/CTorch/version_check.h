// Stops the build with one sentence where libtorch is missing or too old.
#pragma once
#if !__has_include(<torch/headeronly/version.h>)
#error "libtorch was not found: run 'make setup', or set GNOMON_TORCH to a folder that has libtorch 2.11 to 2.13's include/ and lib/."
#else
#include <torch/headeronly/version.h>
#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11
#error "libtorch is too old: Gnomon needs 2.11 to 2.13; run 'make setup', or set GNOMON_TORCH to a newer one."
#endif
#endif
