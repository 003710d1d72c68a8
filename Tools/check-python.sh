#!/usr/bin/env bash
# Installs Python/ into an environment of its own and runs its tests against a built gnomon; checks that
# Examples/python can be compiled.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=build/python-check
[ -x $environment/bin/python ] || python3 -m venv $environment
$environment/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements-python.txt ./Python
GNOMON=$(realpath "${1:-.build/release/gnomon}") $environment/bin/python -m unittest discover -s Python/tests
$environment/bin/python -m compileall -q -f Examples/python
