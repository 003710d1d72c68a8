#!/usr/bin/env bash
# Writes the folders Generated of Sources/TensorBoardLog and Sources/ONNXFormat from the .proto files beside them, with
# Debian's protobuf-compiler and the plugin of the swift-protobuf that Package.swift names. Needed only when a .proto file or that version changes.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "generate-protobuf: $*" >&2; exit 1; }

command -v protoc >/dev/null || fail "protoc is missing: install the package protobuf-compiler"
sources=.build/checkouts/swift-protobuf
[ -d "$sources" ] || fail "$sources is missing: run 'swift package resolve' first"

plugin=${PROTOC_GEN_SWIFT:-build/protobuf/debug/protoc-gen-swift}
if [ ! -x "$plugin" ]; then
  swift build --package-path "$sources" --scratch-path build/protobuf --product protoc-gen-swift
fi

for folder in Sources/TensorBoardLog Sources/ONNXFormat; do
  protoc --plugin=protoc-gen-swift="$plugin" --proto_path="$folder/Protos" --swift_out="$folder/Generated" \
    "$folder"/Protos/*.proto
done
