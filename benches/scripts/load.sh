#!/usr/bin/env bash
# Thousands of open streams, hundreds of thousands of calls with faults. Writes docs/figures/load.md, and fails when
# anything does not hold.
#
#     load.sh [STREAMS [CALLS]]      other numbers than 5000 and 200000 write no file
set -euo pipefail
streams=${1:-5000} calls=${2:-200000}
cd "$(dirname "$0")/.."
cargo build --release --locked -p dify-load
# shellcheck source=env.sh
. scripts/env.sh

# A stream is a descriptor on either side; some are for everything else.
need=$((streams + 200))
hard=$(ulimit -Hn)
if [ "$hard" != unlimited ] && [ "$hard" -lt "$need" ]; then
  echo "$streams streams need $need descriptors, and the hard limit is $hard: raise it (ulimit -Hn, limits.conf)" >&2
  exit 1
fi
ulimit -n "$hard"

failed=0
for who in bare dify; do
  # Long enough to open all of them, and shorter than what a client waits for a byte (read_idle, 60 s).
  start_server "$bin/dify-load" hold 20
  "$bin/dify-load" streams "$who" "$url" "$streams" | tee -a "$work/figures" || failed=1
  kill "$server"
  wait "$server" 2> /dev/null || true
done
server=
# Some faults, as they happen; and so many that the retry budget runs out.
"$bin/dify-load" requests "$calls" 0.05 | tee -a "$work/figures" || failed=1
"$bin/dify-load" requests $((calls / 20)) 0.5 | tee -a "$work/figures" || failed=1

if [ "$streams $calls" = "5000 200000" ]; then
  mkdir -p ../docs/figures
  {
    echo "<!-- Written by benches/scripts/load.sh. -->"
    echo "Measured $(date -u +%F) on $(nproc) cores ($(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)), over the"
    echo "loopback, against \`dify-mock\`."
    echo
    echo "| what | mark | measured |"
    echo "|---|---|---|"
    cat "$work/figures"
  } > ../docs/figures/load.md
fi
exit "$failed"
