#!/bin/sh
# Sends a bot on discord.py through the proxy to the mock: proxy_test.sh PORTCULLIS client.py
# It finds the proxy by its door for REST, loses a link, and resumes; the judge finds what is known of it: compress in
# Identify beside compress in the URL (GW-ID-13).
set -u
portcullis=$1 client=$2
if ! /usr/bin/python3 -I -c 'import discord'; then
  echo "FAILED: the Debian package python3-discord is missing; tools/setup installs it" >&2
  exit 1
fi
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/proxy.XXXXXX") || exit 1
mock='' proxy='' bot=''
trap 'kill $mock $proxy $bot 2>/dev/null; rm -rf "$scratch"' EXIT
fail() {
  echo "FAILED: $*"
  tail -n 40 "$scratch"/*.log
  exit 1
}
member() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$2"; }
wait_for() {
  tries=0
  until grep -qs "$1" "$2"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "waited in vain for $1 in $2"
    sleep 0.1
  done
}

# The mock has to name the proxy, and the proxy the mock: so the proxy's port is chosen first.
port=$(/usr/bin/python3 -I -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORTCULLIS_TOKEN=a-token-of-the-test-alone
export PORTCULLIS_TOKEN
"$portcullis" mock --events-per-second 25 --public-url "ws://127.0.0.1:$port" --ready-file "$scratch/mock.json" \
  >"$scratch/mock.log" 2>&1 &
mock=$!
wait_for control_url "$scratch/mock.json"
"$portcullis" proxy --port "$port" --upstream "$(member gateway_url "$scratch/mock.json")" \
  --upstream-api "$(member api_url "$scratch/mock.json")" --ready-file "$scratch/proxy.json" \
  --record "$scratch/bot.jsonl" --fault 'drop after=4000' >"$scratch/proxy.log" 2>&1 &
proxy=$!
wait_for gateway_url "$scratch/proxy.json"
PORTCULLIS_URL=$(member gateway_url "$scratch/proxy.json")
PORTCULLIS_API=$(member api_url "$scratch/proxy.json")
export PORTCULLIS_URL PORTCULLIS_API
/usr/bin/python3 -I "$client" >"$scratch/bot.log" 2>&1 &
bot=$!
wait_for '"t":"RESUMED"' "$scratch/bot.jsonl"
kill -TERM $bot
wait $bot || fail "the bot ended with $?"
kill -INT $proxy
wait $proxy
status=$?
[ $status -eq 1 ] || fail "the proxy ended with $status"
grep -E '^(VIOLATION|DEVIATION)' "$scratch/proxy.log" | grep -v '^VIOLATION GW-ID-13 ' && fail "the judge finds something new"
grep -q '^found: VIOLATION GW-ID-13' "$scratch/proxy.log" || fail "what is known of discord.py was not found at once"
grep -q 'fault: drop after=4000' "$scratch/proxy.log" || fail "no fault is told"
grep -q '"is":"rest".*gateway/bot' "$scratch/bot.jsonl" || fail "the door for REST was not used"
grep -q "$PORTCULLIS_TOKEN" "$scratch/bot.jsonl" && fail "the token stands in the recording"
"$portcullis" check "$scratch/bot.jsonl" >"$scratch/check.log"
[ $? -eq 1 ] || fail "the recording is judged otherwise"
"$portcullis" minimise "$scratch/bot.jsonl" --out "$scratch/small.jsonl" || fail "the recording does not shrink"
[ "$(wc -l <"$scratch/small.jsonl")" -le 4 ] || fail "the recording does not shrink enough"
exit 0
