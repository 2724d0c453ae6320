#!/usr/bin/env bash
# What the crate costs its user: dependencies of a program with one call, and its cold release build.
# Long: each of $1 rounds (default 1) builds both from nothing, by turns.
set -euo pipefail
. "$(dirname "$0")/env.sh"
printf 'program\tdependencies\tCPU s\twall s\tbytes\n'
for _ in $(seq "${1:-1}"); do
  for program in reqwest dify-api; do
    cd "$benches/onecall/$program"
    cargo fetch --quiet
    # Less the program itself.
    count=$(($(cargo tree -e normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l) - 1))
    TIMEFORMAT='%R %U %S'
    read -r wall user sys < <({ time CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$work/$program" \
      cargo build --release --quiet >&2 2> "$work/errors"; } 2>&1)
    size=$(stat -c %s "$work/$program/release/onecall") || { cat "$work/errors"; exit 1; }
    printf '%s\t%s\t%s\t%s\t%s\n' "$program" "$count" "$(awk "BEGIN { print $user + $sys }")" "$wall" "$size"
    rm -rf "${work:?}/$program"
  done
done
