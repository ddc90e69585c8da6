#!/usr/bin/env bash
# Opens the report's page in headless Chromium, at a desk's width and at a phone's: page_test.sh PAGE_PROGRAM
# The screenshots stay in the test's outputs. Red, not skipped, where chromium is missing.
set -euo pipefail

folder=${TEST_TMPDIR:-$(mktemp -d)}
outputs=${TEST_UNDECLARED_OUTPUTS_DIR:-$folder}
page=$folder/report.html
"$1" >"$page"

fail() {
  printf 'page_test: %s\n' "$*" >&2
  exit 1
}

browse() {
  HOME=$folder timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --user-data-dir="$folder/profile" --host-resolver-rules='MAP * ~NOTFOUND' --virtual-time-budget=3000 "$@" \
    2>"$folder/chromium.log" || { cat "$folder/chromium.log" >&2; fail "chromium failed"; }
}

expect() {  # FILE TEXT
  grep -qF -- "$2" "$1" || fail "$(basename "$1") lacks: $2"
}

command -v chromium >/dev/null || fail "chromium is missing: run tools/setup"
grep -qE '(src|href)="?https?:|@import|fetch\(' "$page" && fail "the page asks the network for something"

browse --dump-dom "file://$page" >"$folder/matrix.dom"
for text in 'heartbeat/b/failed' 'class="cell failed"' 'class="cell expected"' 'other &lt;client&gt;' '7 of 7'; do
  expect "$folder/matrix.dom" "$text"
done

cell=$(python3 -c 'import urllib.parse; print(urllib.parse.quote("good client|heartbeat/b/failed", safe=""))')
browse --dump-dom "file://$page#$cell" >"$folder/cell.dom"
for text in '<dialog id="detail" open' 'VIOLATION: d is the last s' 'Seen: the client' 'rule heartbeat/sequence' \
  '&lt;/script&gt;&lt;b&gt;'; do
  expect "$folder/cell.dom" "$text"
done
# The finding stands behind the frame that broke the rule and before the next one.
python3 - "$folder/cell.dom" <<'END'
import re, sys
items = re.findall(r"<li[^>]*>(.*?)</li>", open(sys.argv[1], encoding="utf-8").read(), re.S)
broken = next(i for i, item in enumerate(items) if "VIOLATION" in item)
assert '"op":1' in items[broken - 1], items[broken - 1]
assert '"op":11' in items[broken + 1], items[broken + 1]
END

browse --window-size=1280,900 --screenshot="$outputs/desk.png" "file://$page"
browse --window-size=390,844 --screenshot="$outputs/phone.png" "file://$page#$cell"
[[ -s $outputs/desk.png && -s $outputs/phone.png ]] || fail "no screenshot"
printf 'page_test: matrix, cell and screenshots are good\n'
