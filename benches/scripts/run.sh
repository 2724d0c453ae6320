#!/usr/bin/env bash
# All the benches but the cold builds (cost.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind > /dev/null || { echo "valgrind counts the instructions: apt-get install valgrind" >&2; exit 1; }
cargo build --release --locked
for part in sse calls files; do
  echo "### $part"
  "scripts/$part.sh"
done
