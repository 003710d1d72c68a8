#!/usr/bin/env bash
# Gnomon beside its peers. They live in an environment of their own: nothing of Gnomon needs them.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=build/peers
if [ ! -e "$peers/ready" ]; then
  echo "bench: installing the peers into $peers"
  python3 -m venv "$peers"
  "$peers/bin/pip" install --quiet --disable-pip-version-check -r Tools/requirements-fixtures.txt
  "$peers/bin/pip" install --quiet --disable-pip-version-check kornia==0.9.0
  touch "$peers/ready"
fi
"$peers/bin/python" Benchmarks/training.py "$@"
# With arguments, which are the training benchmark's, it runs alone.
if [ $# -eq 0 ]; then
  .build/release/kernels-benchmark
  .build/release/heads-benchmark
  "$peers/bin/python" Benchmarks/geometry.py
  .build/release/store-benchmark
  # What a network knows after one epoch changes little at what measuring it costs.
  run=runs/bench/measured
  [ -e "$run/summary.json" ] || .build/release/gnomon train --epochs 1 --figures none --output "$run"
  .build/release/measuring-benchmark "$run"
  "$peers/bin/python" Benchmarks/views.py
  "$peers/bin/python" Benchmarks/loading.py
  "$peers/bin/python" Benchmarks/python_measure.py
fi
