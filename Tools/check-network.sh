#!/usr/bin/env bash
# One run over two network namespaces with a link between them: Tools/check_network.py says what is checked. It needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Tools/check_network.py "${1:-.build/release/gnomon}"
