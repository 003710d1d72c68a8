#!/usr/bin/env bash
# Fuzzes parsers with libFuzzer: Tools/fuzz.sh [SECONDS [NAME...]], 600 seconds for each of all of them unless said otherwise.
# FUZZ_JOBS of them at a time, as many as there are cores unless said otherwise, beginning with the random number FUZZ_SEED. What a finding was read from lies in
# build/fuzz/findings, what else was learnt in build/fuzz/corpus; the exit code is 1 when there is any.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600}
shift || true
names=("$@")
[ $# -gt 0 ] || names=($(cd Fuzzing/Corpus && echo *))

export GNOMON_FUZZING=1
scratch=.build-fuzz
swift build -c release --sanitize fuzzer --product gnomon-fuzz --scratch-path $scratch \
  -Xswiftc -assert-config -Xswiftc Debug
program=$PWD/$scratch/release/gnomon-fuzz
[ "$seconds" -gt 0 ] || exit 0
mkdir -p build/fuzz/findings build/fuzz/logs
folder=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/gnomon-fuzz.XXXXXX")
trap 'rm -rf "$folder"' EXIT

fuzz() {
  local name=$1 log=build/fuzz/logs/$1.txt status=0 dictionary=()
  [ -d "Fuzzing/Corpus/$name" ] || { echo "there is no parser $name" >&2; exit 1; }
  [ ! -f "Fuzzing/Dictionaries/$name.dict" ] || dictionary=("-dict=Fuzzing/Dictionaries/$name.dict")
  mkdir -p "build/fuzz/corpus/$name"
  rm -f build/fuzz/findings/"$name"-*
  GNOMON_FUZZ=$name GNOMON_FUZZ_FOLDER=$folder SWIFT_BACKTRACE=enable=no OMP_NUM_THREADS=1 "$program" \
    -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -malloc_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$name-" "${dictionary[@]}" \
    "build/fuzz/corpus/$name" "Fuzzing/Corpus/$name" >"$log" 2>&1 || status=$?
  awk -v name="$name" -v status="$status" '
    /stat::number_of_executed_units/ { runs = $2 }
    /stat::average_exec_per_sec/ { rate = $2 }
    /cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1) }
    END {
      printf "%-18s %9d runs %7d/s %7d edges  %s\n", name, runs, rate, coverage,
        status == 0 ? "nothing found" : "FOUND, see build/fuzz/logs/" name ".txt"
    }' "$log"
  [ "$status" -eq 0 ]
}
export -f fuzz
export program seconds folder
printf '%s\n' "${names[@]}" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} bash -euo pipefail -c 'fuzz {}' || exit 1
