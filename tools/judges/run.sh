#!/usr/bin/env bash
# Programs of others that judge the published documents.
#
#     tools/judges/run.sh [recordings]...      all of them without an argument
#
# Needs Rust; takes Python from the system, and has apt install it where it is missing. A judge that cannot be had is skipped,
# and the last line reports it.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tools/common.sh
. tools/common.sh

here=tools/judges
environments=$PWD/target/judges
passed=0 failed=0 skipped=0

# Every recorded reply and event of the contract release, by openapi-schema-validator.
recordings() {
  python_environment "$environments/recordings" "$here/requirements.txt"
  "$environments/recordings/bin/python" "$here/recordings.py" 3.1 3.2
}

[ $# -gt 0 ] || set -- recordings
for judge in "$@"; do
  case $judge in
    recordings) need=need_python ;;
    *)
      echo "there is no judge '$judge': recordings" >&2
      exit 2
      ;;
  esac
  step "$judge"
  if ! $need; then
    echo "skipped: it needs ${need#need_}"
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
