#!/usr/bin/env bash
# Trains on Sprites at three strengths and shows what the projection head did to the representation.
set -euo pipefail
cd "$(dirname "$0")/.."
gnomon=${1:-.build/release/gnomon}
strengths=(0.1 0.5 1.0)
epochs=${GNOMON_DEMO_EPOCHS:-10}
rm -rf runs/demo
for strength in "${strengths[@]}"; do
  echo "== strength $strength"
  "$gnomon" train --dataset sprites --strength "$strength" --epochs "$epochs" --output "runs/demo/strength-$strength"
done
"$gnomon" report "${strengths[@]/#/runs/demo/strength-}" --output runs/demo/report.html
