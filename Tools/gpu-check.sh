#!/usr/bin/env bash
# Compares Gnomon on a CUDA device with Gnomon on the processor, and its step with PyTorch's, in nine minutes at most. It runs in
# a checkout that is built, or in the folder that `make gpu-bundle` makes. Docs/GPU.md says what is compared.
#
#   Tools/gpu-check.sh [--output FOLDER] [--parts losses,figures,settings,moves,times]
#
# Ends with 0 where all is well, 1 where something differs or fails, 2 where a program or torch is missing, 3 without a CUDA device.
set -euo pipefail
cd "$(dirname "$0")/.."

# The Python whose torch is used: a checkout's own, that of GNOMON_TORCH, or the machine's.
python=python3
for candidate in .venv/bin/python ${GNOMON_TORCH:+"${GNOMON_TORCH%/lib/python3*}/bin/python3"}; do
  [ -x "$candidate" ] && python=$candidate && break
done
command -v "$python" >/dev/null && "$python" -c 'import torch' 2>/dev/null || {
  echo "gpu-check: $python has no torch: install 2.11, 2.12 or 2.13 with pip" >&2
  exit 2
}
exec "$python" Tools/gpu_check.py "$@"
