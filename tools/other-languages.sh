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

# shellcheck source=tools/common.sh
. tools/common.sh

passed=0 failed=0 skipped=0

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
    python_environment .venv requirements.txt
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
    typescript) need=need_node ;;
    python) need=need_python ;;
    *)
      echo "there is no program '$name': typescript, python" >&2
      exit 2
      ;;
  esac
  if ! $need; then
    echo "skipped: examples/$name needs $([ "$name" = typescript ] && echo 'Node.js 20 with npm' || echo 'Python 3.11 with venv')"
    skipped=$((skipped + 1))
    continue
  fi
  if [ -z "$server" ]; then
    start_server --pace 5
    export DIFY_BASE_URL=$base DIFY_API_KEY=app-chat DIFY_DATASET_API_KEY=dataset-knowledge
  fi
  run "$name"
done

printf '\nprograms: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
