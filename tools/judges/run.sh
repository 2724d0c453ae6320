#!/usr/bin/env bash
# Programs of others that judge the published documents.
#
#     tools/judges/run.sh [recordings|documents|models|proxy|conformance]...      all of them without an argument
#
# Needs Rust; takes Python and Node.js from the system, and has apt install them where they are missing. A judge that cannot be had is skipped,
# and the last line reports it.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tools/common.sh
. tools/common.sh

here=tools/judges
environments=$PWD/target/judges
passed=0 failed=0 skipped=0

# Runs a judge of the nightly's environment; compares what it finds with the exceptions.
judge_with() {
  local judge=$1 program=$2
  shift 2
  python_environment "$environments/python" "$here/nightly.txt"
  "$program" "$@" > "$scratch/findings"
  "$environments/python/bin/python" "$here/findings.py" "$judge" < "$scratch/findings"
}

node_environment() {
  cmp --silent "$here/package-lock.json" "$environments/node/pins" && return
  mkdir -p "$environments/node"
  cp "$here"/package{,-lock}.json "$environments/node"
  npm ci --prefix "$environments/node" --ignore-scripts --silent
  cp "$here/package-lock.json" "$environments/node/pins"
}

# Every recorded reply and event of the contract release, by openapi-schema-validator.
recordings() {
  python_environment "$environments/recordings" "$here/requirements.txt"
  "$environments/recordings/bin/python" "$here/recordings.py"
}

# Whether the documents are valid: openapi-spec-validator, swagger-parser, scalar, openapi-to-postmanv2.
documents() {
  node_environment
  cp "$here/documents.mjs" "$environments/node"
  judge_with documents read_documents
}
read_documents() {
  "$environments/python/bin/python" "$here/documents.py"
  node "$environments/node/documents.mjs" "$PWD/spec/published"
}

# Tools for models, made by FastMCP: a chat, a search, an upload.
models() {
  cargo xtask publish --cut agent --out "$scratch/agent"
  judge_with models "$environments/python/bin/python" "$here/tools_for_models.py" "$base" \
    spec/published/dify-service-3.1.json "$scratch/agent/dify-agent-3.1.json"
}

# The codes of the applications' pages, as dify-mock prints them.
codes() { sed -n 's/^  \(app-[a-z-]*\) *\([A-Za-z0-9]\{16\}\)$/\1 \2/p' "$scratch/server.log" > "$scratch/codes"; }

# Every JSON operation with its examples through Prism's validating proxy.
proxy() {
  node_environment
  codes
  judge_with proxy "$environments/python/bin/python" "$here/proxy.py" "${base%/v1}" "$scratch/codes" \
    "$environments/node/node_modules/.bin/prism"
}

# Valid requests of schemathesis: its answers are described, and none is refused.
conformance() {
  codes
  judge_with conformance "$environments/python/bin/python" "$here/conformance.py" "${base%/v1}" "$scratch/codes" \
    "$environments/python/bin/st"
}

[ $# -gt 0 ] || set -- recordings documents models proxy conformance
for judge in "$@"; do
  case $judge in
    recordings) needs=(need_python) ;;
    models | conformance) needs=(need_python need_server) ;;
    proxy) needs=(need_python need_node need_server) ;;
    documents) needs=(need_python need_node) ;;
    *)
      echo "there is no judge '$judge': recordings, documents, models, proxy, conformance" >&2
      exit 2
      ;;
  esac
  step "$judge"
  lacks=''
  for need in "${needs[@]}"; do $need || lacks=${need#need_}; done
  if [ -n "$lacks" ]; then
    echo "skipped: it needs ${lacks^}"
    skipped=$((skipped + 1))
    continue
  fi
  # Not as a condition: bash would then go on after the first command that fails.
  set +e
  (set -e; "$judge")
  status=$?
  set -e
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
  else
    echo "$judge FAILED"
    failed=$((failed + 1))
  fi
done

printf '\njudges: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
