#!/usr/bin/env bash
# examples/differential finds its planted bug, makes it small, and finds nothing without it:
# differential_test.sh PORTCULLIS WORKSPACE
set -euo pipefail
portcullis=$1
fuzz=$(dirname "$(realpath "$2")")/examples/differential/fuzz.py

fail() {
  echo "FAILED: $*"
  exit 1
}

status=0
found=$("$fuzz" --portcullis "$portcullis" --bug) || status=$?
echo "$found"
[[ $status -eq 1 ]] || fail "the bug was not found: status $status"
grep -q 'the smallest is 0101[c-f][0-9a-f]$' <<<"$found" || fail "the input is not the smallest"

"$fuzz" --portcullis "$portcullis" || fail "a difference without the bug"
