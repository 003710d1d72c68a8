#!/usr/bin/env bash
# Trains, stops and resumes a small run with a built gnomon, and has the real TensorBoard read what it logged.
set -euo pipefail
cd "$(dirname "$0")/.."

gnomon=${1:-.build/release/gnomon}
environment=build/tensorboard-check
[ -x $environment/bin/python ] || python3 -m venv $environment
$environment/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements-tensorboard.txt

run=$(mktemp -d)/run
trap 'rm -rf "$(dirname "$run")"' EXIT
"$gnomon" train --output "$run" --log tensorboard --log-every 1 --quiet \
  --image-size 16 --width 4 --head mlp:16-8 --train-count 320 --held-out-count 60 --batch-size 16 \
  --epochs 60 --measure-every 20 --measure-budget 100 --seed 3 >/dev/null &
# Ctrl-C after some steps: it ends between two of them, with a checkpoint.
while [ ! -s "$run/metrics.jsonl" ]; do kill -0 $! && sleep 0.01; done
kill -INT $! || true
wait $! || true
"$gnomon" train --resume "$run" --quiet >/dev/null
for layer in h z; do "$gnomon" export "$run" --embeddings $layer --output "$run/$layer.npy"; done
$environment/bin/python Tools/check_tensorboard.py "$run"
