#!/usr/bin/env bash
# Counts the hot paths, measures time and memory, and writes RESULTS.md. Fails where a count is more than 3 % above
# that in baseline.txt; `run.sh accept` writes that file instead.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind > /dev/null || { echo "valgrind counts the instructions: apt-get install valgrind" >&2; exit 1; }
export CARGO_INCREMENTAL=0

# Into the target folder of its workspace, whatever the environment names.
build() { # the workspace, what of it
  local workspace=$1
  shift
  CARGO_TARGET_DIR="$workspace/target" cargo build --quiet --locked --manifest-path "$workspace/Cargo.toml" "$@"
}

build "$PWD" --release --bins
build "$PWD/.." -p dify-codegen
track=$PWD/target/release/track
CARGO_TARGET_DIR=$PWD/target cargo test --quiet --release --locked --bin track
ulimit -n "$(ulimit -Hn)"
if [ "${1:-check}" = accept ]; then
  exec "$track" accept
fi

# Another compiler or C library counts differently. There, the accepted code itself is counted again.
here=$("$track" environment) accepted=$(sed -n 's/^environment  //p' baseline.txt)
if [ "$here" = "$accepted" ]; then
  exec "$track" check
fi
printf 'accepted with %s\nhere is       %s\n' "$accepted" "$here"
if [ "$(git rev-parse --is-shallow-repository)" != false ] || ! commit=$(git log -1 --format=%H -- baseline.txt) || [ -z "$commit" ]; then
  echo "NOT COMPARED: to count the accepted code again needs its history (git fetch --unshallow)" >&2
  exit 1
fi
echo "the accepted code, $commit, is counted again"
work=$(mktemp -d)
trap 'git worktree remove --force "$work/accepted"; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/accepted" "$commit"
build "$work/accepted/benches" --release --bins
"$work/accepted/benches/target/release/track" counts > "$work/baseline.txt"
"$track" check "$work/baseline.txt"
