#!/usr/bin/env bash
# Bytes to typed events: instructions per event at each chunk size, is it linear, memory of one huge event.
set -euo pipefail
. "$(dirname "$0")/env.sh"
count_in='sse::measured'

echo "== instructions per event"
printf 'stream\tchunk\tfloor\tours\tratio\n'
for stream in "small 2000" "mixed 260"; do
  read -r kind events <<< "$stream"
  for chunk in 1 7 1460 16384 65536; do
    floor=$(instructions "$bin/sse" run floor "$kind" "$events" "$chunk")
    ours=$(instructions "$bin/sse" run ours "$kind" "$events" "$chunk")
    printf '%s\t%s\t%s\t%s\t%s\n' "$kind" "$chunk" $((floor / events)) $((ours / events)) "$(ratio "$ours" "$floor")"
  done
done

echo "== is it linear? The exponent of instructions over size: 1 is, 2 is quadratic"
exponent() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", log(b / a) / log(4) }'; }
printf 'case\tfloor\tours\n'
grow() { # what, small and large size, arguments after the size
  local what=$1 small=$2 large=$3 command=$4 who a b
  shift 4
  printf '%s' "$what"
  for who in floor ours; do
    a=$(instructions "$bin/sse" "$command" "$who" "$small" "$@")
    b=$(instructions "$bin/sse" "$command" "$who" "$large" "$@")
    printf '\t%s' "$(exponent "$a" "$b")"
  done
  echo
}
grow "one event of 16 to 64 KiB, chunks of 1" 16 64 one 1
grow "one event of 256 to 1024 KiB, chunks of 1460" 256 1024 one 1460
grow "one event of 1 to 4 MiB, chunks of 64 KiB" 1024 4096 one 65536
grow "small events in one chunk of 256 to 1024 KiB" 256 1024 whole

echo "== one event of 64 MiB, chunks of 64 KiB"
for who in floor ours; do
  printf '%s\t' "$who"
  "$bin/sse" line "$who" 64
done

echo "== CPU time, by turns"
"$bin/sse" time
