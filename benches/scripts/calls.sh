#!/usr/bin/env bash
# Calls and streams over the loopback, beside bare reqwest.
set -euo pipefail
. "$(dirname "$0")/env.sh"
start_server

echo "== instructions in user space (the difference of two lengths of run, so that starting up does not count)"
each() { # who job short long per
  local short long
  short=$(instructions "$bin/client" "$1" "$2" "$url" "$3")
  long=$(instructions "$bin/client" "$1" "$2" "$url" "$4")
  echo $(((long - short) / $5))
}
printf 'job\tbare\tdify-api\tratio\n'
bare=$(each bare block 50 450 400)
ours=$(each dify block 50 450 400)
printf 'blocking call\t%s\t%s\t%s\n' "$bare" "$ours" "$(ratio "$ours" "$bare")"
bare=$(each bare stream 1 5 8000)
ours=$(each dify stream 1 5 8000)
printf 'streamed event\t%s\t%s\t%s\n' "$bare" "$ours" "$(ratio "$ours" "$bare")"
hit=$(each dify cached 50 450 400)
printf 'answer from the cache\t\t%s\t\n' "$hit"

echo "== by turns, medians"
"$bin/client" both calls "$url" 3000
for _ in 1 2 3; do "$bin/client" both first "$url/hold" 1500; done
echo "the same with bare under a connect limit, which ours always has:"
for _ in 1 2 3; do BARE_CONNECT_LIMIT=1 "$bin/client" both first "$url/hold" 1500; done

echo "== memory of an open stream"
ulimit -n 10000
for who in bare dify; do
  printf '%s\t' "$who"
  "$bin/client" "$who" open "$url/hold" 2000
done
