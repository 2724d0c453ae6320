#!/usr/bin/env bash
# Writes the version of this workspace into the locks of the workspaces outside it. `cargo release` runs it.
#
#     tools/locks.sh --locked        fails if one of them is stale
set -euo pipefail
cd "$(dirname "$0")/.."
for folder in benches benches/onecall/dify-api benches/onecall/reqwest fuzz tests/msrv; do
  (cd "$folder" && cargo update --quiet --workspace "$@")
done
