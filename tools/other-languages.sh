#!/usr/bin/env bash
# The programs of other languages in examples/: each makes its types from spec/published/ alone, then chats, lists
# conversations and makes a dataset against dify-mock, asserting what comes back.
#
#     tools/other-languages.sh [typescript|python]...      both without an argument
#
# Needs Rust; takes Node.js and Python from the system, and has apt install them where they are missing. Where they
# cannot be had, the program is skipped, and the last line says so.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

passed=0 failed=0 skipped=0
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

start_server() {
  step "dify-mock"
  cargo build --quiet -p dify-mock
  local binary=${CARGO_TARGET_DIR:-target}/debug/dify-mock
  "$binary" --port 0 --pace 5 > "$scratch/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    base=$(sed -n 's/.*DIFY_BASE_URL=\([^ ]*\).*/\1/p' "$scratch/server.log")
    [ -z "$base" ] || break
    kill -0 "$server" 2> /dev/null || { cat "$scratch/server.log"; exit 1; }
    sleep 0.1
  done
  [ -n "$base" ] || { echo "dify-mock did not say where it is"; cat "$scratch/server.log"; exit 1; }
  echo "at $base"
  export DIFY_BASE_URL=$base DIFY_API_KEY=app-chat DIFY_DATASET_API_KEY=dataset-knowledge
}

typescript() {
  (
    cd examples/typescript
    npm ci --ignore-scripts --silent
    npm run --silent build
    npm start --silent
  )
}

python() {
  (
    cd examples/python
    # Anew only when the pins changed.
    if ! cmp --silent requirements.txt .venv/pins; then
      python3 -m venv --clear .venv
      .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
      cp requirements.txt .venv/pins
    fi
    .venv/bin/openapi-python-client generate --fail-on-warning --overwrite --meta none --config generate.yaml \
      --path ../../spec/published/dify-service-3.1.yaml --output-path dify
    .venv/bin/python -m unittest --quiet
    .venv/bin/python main.py
  )
}

# What a program says must end with the line that it says after its last assertion.
run() {
  local name=$1
  step "examples/$name"
  # Not as a condition: bash would then go on after the first command that fails.
  set +e
  (set -e; "$name") | tee "$scratch/$name.log"
  local status=${PIPESTATUS[0]}
  set -e
  if [ "$status" = 0 ] && [ "$(tail -n 1 "$scratch/$name.log")" = "$name: all as the document says" ]; then
    passed=$((passed + 1))
  else
    echo "examples/$name FAILED"
    failed=$((failed + 1))
  fi
}

[ $# -gt 0 ] || set -- typescript python
for name in "$@"; do
  case $name in
    typescript) node_is_there || by_apt nodejs npm || true; node_is_there && there=yes || there='' ;;
    python) python_is_there || by_apt python3 python3-venv || true; python_is_there && there=yes || there='' ;;
    *)
      echo "there is no program '$name': typescript, python" >&2
      exit 2
      ;;
  esac
  if [ -z "$there" ]; then
    echo "skipped: examples/$name needs $([ "$name" = typescript ] && echo 'Node.js 20 with npm' || echo 'Python 3.11 with venv')"
    skipped=$((skipped + 1))
    continue
  fi
  [ -n "$server" ] || start_server
  run "$name"
done

printf '\nprograms: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
