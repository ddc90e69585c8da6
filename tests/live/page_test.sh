#!/usr/bin/env bash
# Runs page_test.py, which names its arguments. Red, not skipped, where what it needs is missing.
set -u
command -v chromium >/dev/null || { echo "FAILED: chromium is missing: run tools/setup" >&2; exit 1; }
/usr/bin/python3 -I -c 'import wsproto' || { echo "FAILED: the package python3-wsproto is missing: run tools/setup" >&2; exit 1; }
exec timeout -k 5 280 /usr/bin/python3 "$@"
