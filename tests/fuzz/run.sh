#!/usr/bin/env bash
# Runs the fuzz targets with libFuzzer, two at a time; prints the executions of each and their sum.
#
#   tests/fuzz/run.sh [--seconds N | --runs N] [--target NAME]… [--build DIR]
#
# --seconds: in all; --runs (100000): in all, at least, shared so that each target takes about as long
# as another. An input that fails is kept in tests/fuzz/found/TARGET/, where every test run tries it
# again, and the exit code is 1. What was learnt stays in BUILD/fuzz/corpus for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."
SECONDS_ALL=0 RUNS=100000 BUILD=build/fuzz TARGETS=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) SECONDS_ALL=$2; shift ;;
    --runs) RUNS=$2; shift ;;
    --target) TARGETS+=("$2"); shift ;;
    --build) BUILD=$2; shift ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
fuzzer=$BUILD/tests/rilon_fuzz work=$BUILD/fuzz cores=$(nproc)
[ -x "$fuzzer" ] || { echo "fuzz: first cmake --preset fuzz && cmake --build --preset fuzz" >&2; exit 2; }
mkdir -p "$work/seeds" "$work/corpus" "$work/log" tests/fuzz/found
RILON_FUZZ_SEEDS=$work/seeds "$fuzzer" >"$work/targets"

# one NAME RUNS SECONDS: 0 is no limit.
one() {
  local name=$1 runs=$2 seconds=$3 log=$work/log/$1 code=0
  mkdir -p "$work/corpus/$name" "$work/failed/$name" "tests/fuzz/found/$name"
  RILON_FUZZ_TARGET=$name ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 "$fuzzer" \
    "$work/corpus/$name" "$work/seeds/$name" "tests/fuzz/found/$name" \
    -runs="$runs" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=3000 -entropic=0 -seed="$((RANDOM + 1))" \
    -artifact_prefix="$work/failed/$name/" -print_final_stats=1 >"$log" 2>&1 || code=$?
  rmdir --ignore-fail-on-non-empty "tests/fuzz/found/$name"
  local done; done=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  [ $code -eq 0 ] && [ -n "$done" ] && { echo "$name $done"; return; }
  echo "$name ${done:-0} FAILED"
  local input
  for input in "$work/failed/$name"/*; do
    [ -f "$input" ] || continue
    mkdir -p "tests/fuzz/found/$name"
    mv "$input" "tests/fuzz/found/$name/"
  done
}
export -f one
export fuzzer work

: >"$work/plan"
wanted() { [ ${#TARGETS[@]} -eq 0 ] || [[ " ${TARGETS[*]} " == *" $1 "* ]]; }
count=0 weight=0
while read -r name cost; do
  wanted "$name" || continue
  count=$((count + 1)) weight=$((weight + 1000000 / cost))
done <"$work/targets"
[ $count -gt 0 ] || { echo "fuzz: no such target" >&2; exit 2; }
while read -r name cost; do
  wanted "$name" || continue
  if [ "$SECONDS_ALL" -gt 0 ]; then
    echo "$name -1 $(((SECONDS_ALL * cores + count - 1) / count))"
  else
    echo "$name $((RUNS / 1000 * (1000000 / cost) / (weight / 1000) + 1)) 0"
  fi
done <"$work/targets" >>"$work/plan"

xargs -P "$cores" -L 1 bash -c 'one "$@"' one <"$work/plan" | tee "$work/result" |
  awk '{ printf "%-22s %9d %s\n", $1, $2, $3 }'
sum=$(awk '{ n += $2 } END { print n }' "$work/result")
failed=$(grep -c FAILED "$work/result" || :)
for name in $(sed -n 's/ .*FAILED$//p' "$work/result"); do
  echo "--- $name"; grep -aE 'ERROR|SUMMARY|assertion|runtime error|#[0-9] .*rilon' "$work/log/$name" | head -n 12
done
echo "fuzz: $sum executions of $count targets, $failed failed"
[ "$failed" -eq 0 ]
