#!/bin/sh
# Copies Plotly.js from the pinned plotly wheel in .venv to where the reports look for it.
set -eu
cd "$(dirname "$0")/.."
target=Sources/Reports/Resources/plotly.min.js
for source in .venv/lib/python*/site-packages/plotly/package_data/plotly.min.js; do
  if [ -f "$source" ]; then
    cp "$source" "$target"
    exit 0
  fi
done
echo "plotly.min.js is not in .venv; install the pinned packages into .venv first" >&2
exit 1
