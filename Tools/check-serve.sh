#!/usr/bin/env bash
# Serves runs, one of which trains meanwhile, and looks at every page with an installed Chromium: no error, a curve that grows, the
# filter, comparison, points, notes, a map of layers, stop and resume. Screenshots at three widths are left in build/serve-check/shots. Then
# schemathesis asks the interface for all that its description allows, and for what it does not.
set -euo pipefail
cd "$(dirname "$0")/.."

gnomon=${1:-.build/release/gnomon}
environment=build/serve-check
[ -x $environment/bin/python ] || python3 -m venv $environment
$environment/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements-serve.txt
$environment/bin/python Tools/check_serve.py "$gnomon" $environment/shots
$environment/bin/python Tools/check_interface.py "$gnomon"
