#!/usr/bin/env bash
# The kernels of Sources/Kernels beside libtorch in float64, compiled with AddressSanitizer and UndefinedBehaviorSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${GNOMON_TORCH:?where libtorch lies; make check-kernels sets it}"
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang++
[ -x "$clang" ] || clang=clang++
folder=build/kernels-check
mkdir -p "$folder"
flags=(
  -std=c++20 -O1 -g -Wno-psabi -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=vptr,function
  -isystem "$GNOMON_TORCH/include" -isystem "$GNOMON_TORCH/include/torch/csrc/api/include"
  -ISources/Kernels -ITests/Kernels -D_GLIBCXX_USE_CXX11_ABI=1)
objects=()
for source in Sources/Kernels/*.cpp Tests/Kernels/*.cpp; do
  object=$folder/$(basename "$source").o
  "$clang" "${flags[@]}" -c "$source" -o "$object"
  objects+=("$object")
done
# The linker warns of every name that the sanitizer keeps to itself.
"$clang" -fsanitize=address,undefined "${objects[@]}" -L"$GNOMON_TORCH/lib" -ltorch_cpu -lc10 \
  -Wl,-rpath,"$GNOMON_TORCH/lib" -o "$folder/check" 2> "$folder/linking" || { cat "$folder/linking"; exit 1; }
# What libtorch holds to the end is no leak of the kernels'.
ASAN_OPTIONS=detect_leaks=0 OMP_WAIT_POLICY=passive "$folder/check"
