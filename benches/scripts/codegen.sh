#!/usr/bin/env bash
# What `codegen --check` costs in a development build: of spec/, and of copies of it that describe four times as much.
# Fails if a copy costs more than its limit. callgrind has no instructions for SHA-256: hashes count more than they cost.
set -euo pipefail
. "$(dirname "$0")/env.sh"
root=$(cd "$benches/.." && pwd)
cargo build --quiet --manifest-path "$root/Cargo.toml" -p dify-codegen
program=${CARGO_TARGET_DIR:-$root/target}/debug/dify-codegen

# Instructions of a check of the workspace $1, whose generated files must be right.
check() (
  export CARGO_MANIFEST_DIR=$1/codegen
  "$program" codegen --check > /dev/null && instructions "$program" codegen --check
)

printf 'described\tinstructions\tratio\tlimit\n'
once=$(check "$root")
printf 'spec/\t%s\n' "$once"
# Whole copies cost less than four times as much: nothing grows faster than what it describes.
for row in "operations 2.5 service" "types 2.5 service" "operations 4" "types 4"; do
  read -r what limit apis <<< "$row"
  copy=$work/copy
  mkdir "$copy"
  # shellcheck disable=SC2086
  python3 "$benches/scripts/copies.py" "$root/spec" "$copy/spec" 4 "$what" $apis
  CARGO_MANIFEST_DIR=$copy/codegen "$program" codegen > /dev/null
  count=$(check "$copy")
  rm -r "$copy"
  factor=$(ratio "$count" "$once")
  printf '4 × %s of %s\t%s\t%s\t%s\n' "$what" "${apis:-all APIs}" "$count" "$factor" "$limit"
  awk -v a="$factor" -v b="$limit" 'BEGIN { exit a > b }' || failed=yes
done
[ -z "${failed:-}" ]
