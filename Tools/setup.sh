#!/usr/bin/env bash
# Makes a checkout ready to build: system packages, .venv with libtorch, the chart library's file.
# Each failure is one sentence on standard error that says what to do.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "setup: $*" >&2; exit 1; }

command -v swift >/dev/null || fail "Swift 6.2 or newer is needed: see https://www.swift.org/install"
command -v python3 >/dev/null || fail "Python 3.10 or newer is needed: install the package python3"

# Debian's names of what the build links against; elsewhere pkg-config alone decides.
missing=()
command -v pkg-config >/dev/null || missing+=(pkg-config)
if command -v pkg-config >/dev/null; then
  pkg-config --exists libpng || missing+=(libpng-dev)
  pkg-config --exists libjpeg || missing+=(libjpeg-dev)
  pkg-config --exists libturbojpeg || missing+=(libturbojpeg0-dev)
  pkg-config --exists libwebpdemux || missing+=(libwebp-dev)
  # Not every giflib comes with a description for pkg-config.
  [ -e /usr/include/gif_lib.h ] || pkg-config --exists libgif || missing+=(libgif-dev)
  pkg-config --exists 'libtiff-4 >= 4.5' || missing+=(libtiff-dev)
  pkg-config --exists freetype2 || missing+=(libfreetype-dev)
  pkg-config --exists zlib || missing+=(zlib1g-dev)
  pkg-config --exists libarchive || missing+=(libarchive-dev)
  pkg-config --exists sqlite3 || missing+=(libsqlite3-dev)
else
  missing+=(
    libpng-dev libjpeg-dev libturbojpeg0-dev libwebp-dev libgif-dev libtiff-dev libfreetype-dev zlib1g-dev
    libarchive-dev libsqlite3-dev)
fi
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)

if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "setup: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } \
      >/tmp/gnomon-setup-apt.log 2>&1 ||
      fail "could not install ${missing[*]}: see /tmp/gnomon-setup-apt.log"
  else
    fail "system packages are missing: run 'sudo apt-get install ${missing[*]}' and try again"
  fi
fi

[ -x .venv/bin/python ] || python3 -m venv .venv || fail "python3 -m venv .venv failed"
echo "setup: installing libtorch and plotly into .venv (the first time takes minutes)"
.venv/bin/pip install --quiet --disable-pip-version-check -r Tools/requirements.txt ||
  fail "pip could not install Tools/requirements.txt: check the network, then run 'make setup' again"

Tools/install-plotly.sh
touch .venv/ready
