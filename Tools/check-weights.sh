#!/usr/bin/env bash
# Trains ResNets and vision transformers for a step with a built gnomon, and has torchvision and timm load what it exports and
# compute the same embeddings; then has gnomon compute those of networks that the two wrote. Their packages go into an environment of its own that takes
# torch from .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

gnomon=${1:-.build/release/gnomon}
environment=build/weights-check
[ -x $environment/bin/python ] || python3 -m venv $environment
torch=${GNOMON_TORCH:-$(echo "$PWD"/.venv/lib/python3*/site-packages/torch)}
dirname "$torch" >"$(echo $environment/lib/python3*/site-packages)/torch-of-gnomon.pth"
$environment/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements-weights.txt

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
$environment/bin/python Tools/check_weights.py images "$folder/images"
# A name, the formats that name the encoder, the encoder and further settings.
train() {
  "$gnomon" train --output "$folder/$1" --encoder "${@:3}" --quiet --dataset numpy --data "$folder/images" --steps 1 \
    --batch-size 16 --gap-steps 0 --head linear:8 >/dev/null
  for format in $2; do
    "$gnomon" export "$folder/$1" --format "$format" --output "$folder/$1/$format.safetensors"
  done
  "$gnomon" export "$folder/$1" --embeddings h --output "$folder/$1/h.npy"
  $environment/bin/python Tools/check_weights.py compare "$folder/$1" "$folder/images"
}
train resnet18 "torchvision timm" resnet18 --width 64 --normalise imagenet
train resnet50 "torchvision timm" resnet50 --width 64 --stem imagenet
train vit-tiny timm vit_tiny_patch16 --normalise imagenet
train vit-token timm vit_mini_patch4 --normalise 0.5,0.5,0.5/0.5,0.5,0.5
train vit-avg timm vit_mini_patch4 --pool avg

$environment/bin/python Tools/check_weights.py others "$folder"
for weights in "$folder"/*.weights; do
  "$gnomon" export --weights "$weights" --embeddings h --output "${weights%.weights}.found.npy" --dataset numpy \
    --data "$folder/images" --normalise imagenet
done
$environment/bin/python Tools/check_weights.py compare-others "$folder"
