#!/usr/bin/env bash
# Builds the package in Examples/OwnProject, which takes Gnomon by its path, and runs it: the loss falls from epoch to
# epoch, and h tells the classes apart better than by chance.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$(swift run --package-path Examples/OwnProject --scratch-path .build/own-project OwnProject)
echo "$output"
awk '
  $1 == "epoch" { if (count++ && $4 >= loss) exit 1; loss = $4 }
  $1 == "h" { accuracy = $4 }
  END { exit !(count == 4 && accuracy > 0.5) }
' <<<"$output" || { echo "check-package: the loss did not fall, or h tells no class" >&2; exit 1; }
