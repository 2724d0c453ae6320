#!/usr/bin/env bash
# Runs every target for so many seconds (60 unless said), one after the other, and prints what came of it.
#   fuzz/run.sh [seconds] [target…]
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
targets=("${@:2}")
cargo +nightly --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
[ -d corpus ] || ./seed.sh

logs=$(mktemp -d)
table=$(printf '%-14s %8s %12s %10s %8s\n' target seconds runs runs/s crashes)
failed=0
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target" "artifacts/$target"
  before=$(find "artifacts/$target" -type f | wc -l)
  cargo +nightly fuzz run "$target" "corpus/$target" -- \
    -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    2>&1 | tee "$logs/$target.log" | grep -E --line-buffered 'panicked|ERROR|SUMMARY' || true
  stat() { sed -n "s/^stat::$1: *//p" "$logs/$target.log" | tail -1; }
  crashes=$(($(find "artifacts/$target" -type f | wc -l) - before))
  took=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$logs/$target.log" | tail -1)
  table+=$'\n'$(printf '%-14s %8s %12s %10s %8s' "$target" "${took:--}" "$(stat number_of_executed_units)" \
    "$(stat average_exec_per_sec)" "$crashes")
  # A target that did not run to its end failed, whatever it left behind.
  if [ "$crashes" -gt 0 ] || [ -z "$took" ]; then
    failed=1
  fi
done
printf '\n%s\n\nlogs: %s\n' "$table" "$logs"
exit "$failed"
