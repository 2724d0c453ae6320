#!/usr/bin/env bash
# 1 GiB up and down: what it takes at most.
set -euo pipefail
. "$(dirname "$0")/env.sh"
truncate -s 1G "$work/big.png" # sparse: it takes no room
start_server
for who in bare dify; do
  printf '%s\t' "$who" && "$bin/client" "$who" upload "$url" "$work/big.png"
  printf '%s\t' "$who" && "$bin/client" "$who" download "$url"
done
printf 'dify\t' && "$bin/client" dify document-up "$url" "$work/big.png"
printf 'dify\t' && "$bin/client" dify document-down "$url"
