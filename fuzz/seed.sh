#!/usr/bin/env bash
# Fills fuzz/corpus from the packed recordings of real servers.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo run --quiet -p dify-tests --bin seed-fuzz -- fuzz/corpus
