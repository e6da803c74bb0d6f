#!/usr/bin/env bash
# Fuzzes every reader of bytes for a while and prints executions and coverage: `bash tests/fuzz/run.sh SECONDS [TARGET...]`.
# The time is shared out among the targets. Corpora grow in build/fuzz/corpus; what breaks a target is left in
# build/fuzz/found/TARGET and makes the result 1: put it under tests/fuzz/cases/TARGET with its repair. 77: no clang here.
set -euo pipefail
# shellcheck source=cmake/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../cmake/bootstrap.sh"
seconds=${1:?give the seconds for all targets together}
shift

PICKER_TORCH=none picker_setup tests fuzz
picker_has_fuzzer || {
  picker_say "no clang with libFuzzer on this machine (apt-get install clang libclang-rt-14-dev); nothing is fuzzed"
  exit 77
}
picker_build fuzz -- picker_fuzzers

work=$PICKER_ROOT/build/fuzz
programs=$work/tests/fuzz
mapfile -t targets < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else "$programs/fuzz_replay" --list; fi)
each=$((seconds / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
python3 -B "$PICKER_ROOT/tests/fuzz/make_seeds.py" "$work/seeds"
# Every execution writes a small file: in memory where there is a place for that.
scratch=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/var/tmp}")/picker-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1

failed=0
mkdir -p "$work/logs"
for target in "${targets[@]}"; do
  mkdir -p "$work/corpus/$target" "$work/found/$target"
  folders=("$work/corpus/$target" "$work/seeds/$target")
  [ ! -d "$PICKER_ROOT/tests/fuzz/cases/$target" ] || folders+=("$PICKER_ROOT/tests/fuzz/cases/$target")
  "$programs/fuzz_$target" -max_total_time="$each" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -print_final_stats=1 -print_coverage=1 -artifact_prefix="$work/found/$target/" "${folders[@]}" >"$work/logs/$target" 2>&1 ||
    failed=1
  find "$scratch" -mindepth 1 -delete
done
python3 -B "$PICKER_ROOT/tests/fuzz/figures.py" "$work/logs" "${targets[@]}" || failed=1
exit "$failed"
