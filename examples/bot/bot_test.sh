#!/bin/sh
# Runs the bot against the mock gateway, over TLS: it logs in, sends its presence, sees three messages, and leaves.
#   bot_test.sh BOT PORTCULLIS
set -u
ready="$TEST_TMPDIR/ready.json"
"$2" mock --tls --port 0 --events-per-second 5 --ready-file "$ready" --verbose >"$TEST_TMPDIR/mock" 2>&1 &
mock=$!
trap 'kill "$mock" 2>/dev/null' EXIT

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$ready"; }
waited=0
until [ -f "$ready" ] || [ "$waited" -ge 100 ]; do
  sleep 0.1
  waited=$((waited + 1))
done

BOT_TOKEN=MTAwMDAwMDAwMDAwMDAwMDAx.example.of-a-token timeout 40 "$1" "$(field api_url)" "$(field ca_file)" 3 \
  >"$TEST_TMPDIR/bot" 2>&1
status=$?
cat "$TEST_TMPDIR/bot"
for line in "shard 0: ready" "shard 0: message: " "shard 0: stopped"; do
  grep -q "$line" "$TEST_TMPDIR/bot" || { echo "FAILED: the bot did not say: $line" && status=1; }
done
grep -q "op 3" "$TEST_TMPDIR/mock" || { echo "FAILED: the mock saw no presence" && cat "$TEST_TMPDIR/mock" && status=1; }
exit "$status"
