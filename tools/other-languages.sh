#!/usr/bin/env bash
# The programs of other languages in examples/: the commands of their READMEs, in a fresh folder that has the published document,
# against dify-mock. The last command must print what the README shows. Then their tests.
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

# The lines of the first block of a README with this info string.
block() { sed -n "/^\`\`\`$2\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$1/README.md"; }

run() {
  local name=$1 tests=$2 folder="$scratch/$1"
  step "examples/$name"
  cp -r "examples/$name" "$folder"
  # Left there by someone who followed the README in place.
  rm -rf "$folder"/{.venv,node_modules,dist}
  cp spec/published/dify-service-3.1.yaml "$folder"
  block "$folder" text > "$scratch/expected"
  block "$folder" sh > "$scratch/commands"
  if (cd "$folder" && bash -e <(sed '$d' "$scratch/commands") && bash -e <(tail -n 1 "$scratch/commands") > "$scratch/printed") &&
    [ -s "$scratch/expected" ] && diff "$scratch/expected" "$scratch/printed" && (cd "$folder" && $tests); then
    passed=$((passed + 1))
  else
    echo "examples/$name FAILED"
    failed=$((failed + 1))
  fi
}

[ $# -gt 0 ] || set -- typescript python
for name in "$@"; do
  case $name in
    typescript) need=need_node tests='npm test --silent' ;;
    python) need=need_python tests='.venv/bin/python -m unittest' ;;
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
    need_server
    export DIFY_BASE_URL=$base
    # The READMEs show what the keys of the embedded server give.
    unset DIFY_API_KEY DIFY_AGENT_API_KEY DIFY_DATASET_API_KEY
  fi
  run "$name" "$tests"
done

if node_is_there && python_is_there; then
  step "the samples of spec/published"
  python_environment "$PWD/target/samples" examples/python/requirements.txt
  export CODE_SAMPLES=$PWD/target/samples/bin/python
  cargo test --quiet --workspace --test all code_samples && passed=$((passed + 1)) || failed=$((failed + 1))
fi

printf '\nprograms: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
