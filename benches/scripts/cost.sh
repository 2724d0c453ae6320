#!/usr/bin/env bash
# What the crate costs its user: dependencies of a program with one call, and its cold release build. Writes
# docs/figures/cost.md. Long: each of $1 rounds (default 1) builds both from nothing, by turns.
set -euo pipefail
. "$(dirname "$0")/env.sh"
rounds=${1:-1}
for _ in $(seq "$rounds"); do
  for program in reqwest dify-api; do
    cd "$benches/onecall/$program"
    cargo fetch --quiet --locked
    # Less the program itself.
    count=$(($(cargo tree --locked -e normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l) - 1))
    TIMEFORMAT='%R %U %S'
    read -r wall user sys < <({ time CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$work/$program" \
      cargo build --release --quiet --locked >&2 2> "$work/errors"; } 2>&1)
    size=$(stat -c %s "$work/$program/release/onecall") || { cat "$work/errors"; exit 1; }
    awk -v p="$program" -v c="$count" -v u="$user" -v s="$sys" -v w="$wall" -v b="$size" \
      'BEGIN { printf "%s\t%d\t%.1f\t%.1f\t%.1f\n", p, c, u + s, w, b / 1e6 }' | tee -a "$work/rounds"
    rm -rf "${work:?}/$program"
  done
done

# The least of the rounds: neighbours only add.
least() { grep "^$1	" "$work/rounds" | cut -f "$2" | sort -g | head -1; }
row() { # what, column, unit
  local bare ours
  bare=$(least reqwest "$2") ours=$(least dify-api "$2")
  printf '| %s | %s%s | %s%s | %s |\n' "$1" "$bare" "$3" "$ours" "$3" "$(ratio "$ours" "$bare")"
}
{
  echo "<!-- Written by benches/scripts/cost.sh. -->"
  echo "Measured $(date -u +%F), commit $(git rev-parse --short=8 HEAD), $(rustc --version), on $(nproc) cores; the least of $rounds cold"
  echo "release builds, by turns, of a program with one call (\`benches/onecall\`)."
  echo
  echo "| what | bare reqwest | dify-api | ratio |"
  echo "|---|---|---|---|"
  row "dependencies" 2 ""
  row "CPU time" 3 " s"
  row "time" 4 " s"
  row "size of the program" 5 " MB"
} > "$benches/../docs/figures/cost.md"
