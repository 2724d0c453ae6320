#!/usr/bin/env bash
# Packages what is published, and builds and runs a program outside the repository from the packages alone.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=(dify-contract dify-mock dify-api)
rm -rf target/package
cargo package --quiet --no-verify --allow-dirty "${crates[@]/#/--package=}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r tests/packaged "$scratch/program"
# The releases of dependencies that everything else is tested with.
cp Cargo.lock "$scratch/program"
patches=()
for crate in "${crates[@]}"; do
  tar -xf target/package/"$crate"-[0-9]*.crate -C "$scratch"
  folder=$(basename target/package/"$crate"-[0-9]*.crate .crate)
  patches+=(--config "patch.crates-io.$crate.path='$scratch/$folder'")
done
target=${CARGO_TARGET_DIR:-$PWD/target}
cd "$scratch/program"
CARGO_TARGET_DIR=$target cargo run --quiet "${patches[@]}"
