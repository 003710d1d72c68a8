#!/usr/bin/env bash
# Builds build/gpu-bundle and build/gpu-bundle.tar.xz, a folder that runs on a machine with a GPU, its driver and a torch from
# pip, without Swift and without a network: Tools/gpu-check.sh in it is what to run there.
#
#   Tools/gpu-bundle.sh [VERSION …]   of torch, 2.11.0 2.12.0 2.13.0 unless given
#
# libtorch's classes differ from one minor version to the next, so there is a program for each; the headers come from that
# version's wheel. The Swift runtime is inside the programs, and the system's libraries that they need lie beside them.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "gpu-bundle: $*" >&2; exit 1; }

bundle=build/gpu-bundle
products=(gnomon training-benchmark)
[ $# -gt 0 ] || set -- 2.11.0 2.12.0 2.13.0
python=python3
[ -x .venv/bin/python ] && python=.venv/bin/python

# Prints the folder of a version's torch: what is built with anyway, or the headers and libraries of its wheel.
torch_folder() {
  local own=${GNOMON_TORCH:-} kept=build/gpu-torch/$1
  if [ -n "$own" ] && grep -q "__version__ = '$1[+']" "$own/version.py" 2>/dev/null; then
    echo "$own"
    return
  fi
  if [ ! -e "$kept/ready" ]; then
    rm -rf "$kept"
    mkdir -p "$kept"
    "$python" -m pip download --quiet --no-deps --dest "$kept" "torch==$1" >&2 || fail "pip has no torch $1"
    "$python" - "$kept" >&2 <<'PYTHON'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
for wheel in folder.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        libraries = {f"torch/lib/{name}" for name in ("libtorch_cpu.so", "libc10.so")}
        archive.extractall(
            folder, [name for name in archive.namelist() if name.startswith("torch/include/") or name in libraries])
    wheel.unlink()
PYTHON
    touch "$kept/ready"
  fi
  echo "$PWD/$kept/torch"
}

rm -rf "$bundle" "$bundle.tar.xz"
mkdir -p "$bundle"/{bin,lib,Tools/gpu,Benchmarks}
for version in "$@"; do
  folder=$(torch_folder "$version")
  target=$bundle/bin/${version%.*}
  mkdir -p "$target"
  for product in "${products[@]}"; do
    echo "gpu-bundle: building $product with torch $version"
    GNOMON_TORCH=$folder swift build -c release --static-swift-stdlib --scratch-path .build-gpu --product "$product"
    cp ".build-gpu/release/$product" "$target/"
    strip "$target/$product"
  done
  cp -R .build-gpu/release/*.resources "$target/"
done

# All that the programs need but the C and C++ libraries of a system, libtorch and what belongs to it.
LD_LIBRARY_PATH=$(torch_folder "$version")/lib ldd "$bundle"/bin/*/gnomon |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
  grep -Ev '/(libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s|ld-linux.*|libtorch.*|libc10.*|libgomp|libcu.*|libnv.*)[-.]' |
  while read -r library; do cp -L "$library" "$bundle/lib/"; done

cp Tools/gpu-check.sh Tools/gpu_check.py "$bundle/Tools/"
cp Tools/gpu/*.py "$bundle/Tools/gpu/"
cp -R Tools/reference "$bundle/Tools/"
cp -R Benchmarks/peers "$bundle/Benchmarks/"
find "$bundle" -name __pycache__ -prune -exec rm -rf {} +
git rev-parse --short HEAD >"$bundle/commit" 2>/dev/null || echo unknown >"$bundle/commit"
tar -C build -cJf "$bundle.tar.xz" gpu-bundle
echo "gpu-bundle: wrote $bundle and $bundle.tar.xz ($(du -h "$bundle.tar.xz" | cut -f1))"
