#!/bin/sh
# Runs both shards against the mock gateway until each has seen ten dispatches.
#   own_loop_test.sh OWN_LOOP PORTCULLIS
set -u
ready="$TEST_TMPDIR/ready.json"
"$2" mock --port 0 --guilds 4 --shards 2 --events-per-second 5 --ready-file "$ready" >"$TEST_TMPDIR/mock" 2>&1 &
mock=$!
trap 'kill "$mock" 2>/dev/null' EXIT

waited=0
until [ -f "$ready" ] || [ "$waited" -ge 100 ]; do
  sleep 0.1
  waited=$((waited + 1))
done
url=$(sed -n 's/.*"gateway_url": *"\([^"]*\)".*/\1/p' "$ready")

BOT_TOKEN=MTAwMDAwMDAwMDAwMDAwMDAx.example.of-a-token timeout 50 "$1" "$url" 10 >"$TEST_TMPDIR/shards" 2>&1
status=$?
cat "$TEST_TMPDIR/shards"
[ "$status" -eq 0 ] || cat "$TEST_TMPDIR/mock"
for line in "shard 0: READY" "shard 1: READY" "dispatches"; do
  grep -q "$line" "$TEST_TMPDIR/shards" || { echo "FAILED: nobody said: $line" && status=1; }
done
exit "$status"
