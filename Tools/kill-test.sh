#!/usr/bin/env bash
# Kills a short study at random moments, goes on each time, and compares the end with an undisturbed
# one. Tools/kill_test.py says what is compared and what can be chosen.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Tools/kill_test.py "$@"
