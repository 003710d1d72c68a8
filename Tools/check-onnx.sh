#!/usr/bin/env bash
# Trains encoders for a step with a built gnomon and has onnxruntime compute what its ONNX graphs say of images: h and z as
# Gnomon's own embeddings.
set -euo pipefail
cd "$(dirname "$0")/.."

gnomon=${1:-.build/release/gnomon}
environment=build/onnx-check
[ -x $environment/bin/python ] || python3 -m venv $environment
$environment/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements-onnx.txt

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
$environment/bin/python Tools/check_onnx.py images "$folder/images"
check() {
  "$gnomon" train --output "$folder/$1" --encoder "${@:2}" --quiet --dataset numpy --data "$folder/images" --steps 1 \
    --batch-size 16 --gap-steps 0 >/dev/null
  "$gnomon" export "$folder/$1" --onnx "$folder/$1/model.onnx" --with-head
  for layer in h z; do "$gnomon" export "$folder/$1" --embeddings $layer --output "$folder/$1/$layer.npy"; done
  $environment/bin/python Tools/check_onnx.py compare "$folder/$1" "$folder/images"
}
check small resnet18 --width 8 --head mlp:24-12-8,bn,out-bn,gelu --normalise imagenet
check padded resnet34 --width 4 --stem small-padded --head bottleneck:16-4-8,tanh
check large resnet50 --width 4 --stem imagenet --head low-rank:6,diagonal
check reweighted resnet18 --width 4 --head reweight:1.1
check sparse resnet18 --width 4 --head mlp:16-8,sparse=24,top=5
check token vit_mini_patch4 --head mlp:16-8,sigmoid,no-bias,prototypes=12 --normalise 0.5,0.5,0.5/0.5,0.5,0.5
check mean vit_mini_patch4 --pool avg --head first:24
