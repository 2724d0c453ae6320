# shellcheck shell=bash
# What tools/other-languages.sh and tools/judges/run.sh share; they source it.

step() { printf '\n== %s\n' "$*"; }

server='' scratch=$(mktemp -d)
cleanup() {
  [ -z "$server" ] || kill "$server" 2> /dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT

# Debian's packages, where this is Debian and we may.
by_apt() {
  command -v apt-get > /dev/null || return 1
  local sudo=''
  [ "$(id -u)" = 0 ] || sudo=sudo
  command -v ${sudo:-env} > /dev/null || return 1
  step "installing $*"
  $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "$@"
}

node_is_there() { command -v npm > /dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; }
python_is_there() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && python3 -c 'import ensurepip' 2> /dev/null
}

need_node() {
  node_is_there || by_apt nodejs npm || true
  node_is_there
}
need_python() {
  python_is_there || by_apt python3 python3-venv || true
  python_is_there
}

# A virtual environment with the pins of a file; made anew only when the pins changed.
python_environment() {
  local folder=$1 pins=$2
  cmp --silent "$pins" "$folder/pins" && return
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$pins"
  cp "$pins" "$folder/pins"
}

need_server() { [ -n "$server" ] || start_server --pace 0 --indexing-time 0; }

# Sets `base`, the address of the Service API.
start_server() {
  step "dify-mock"
  cargo build --quiet --workspace --bin dify-mock
  "${CARGO_TARGET_DIR:-target}/debug/dify-mock" --port 0 "$@" > "$scratch/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    base=$(sed -n 's/.*DIFY_BASE_URL=\([^ ]*\).*/\1/p' "$scratch/server.log")
    [ -z "$base" ] || break
    kill -0 "$server" 2> /dev/null || { cat "$scratch/server.log"; exit 1; }
    sleep 0.1
  done
  [ -n "$base" ] || { echo "dify-mock does not print its address"; cat "$scratch/server.log"; exit 1; }
  echo "at $base"
}
