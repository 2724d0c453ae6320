# Sourced by the other scripts: where things are, the server, the instrument.
# shellcheck shell=bash
benches=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${CARGO_TARGET_DIR:-$benches/target}/release
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# Starts the server in a process of its own, or another by its command, and sets $url.
start_server() {
  [ $# -gt 0 ] || set -- "$bin/server"
  : > "$work/address"
  "$@" > "$work/address" &
  server=$!
  for _ in $(seq 100); do
    url=$(cat "$work/address")
    [ -n "$url" ] && return
    sleep 0.1
  done
  echo "the server did not start" >&2
  exit 1
}

# Instructions of a command in user space: of all of it, or of the one function that $count_in names.
instructions() {
  local only=()
  [ -z "${count_in:-}" ] || only=(--collect-atstart=no "--toggle-collect=$count_in")
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "${only[@]}" "$@" 2>&1 >/dev/null |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }
