#!/bin/sh
# Runs the scripted gateway against the probe, then looks for the token and the session ids in all that either of them
# has printed (GW-SEC-1): gateway_test.sh PROBE GATEWAY
set -u

if ! /usr/bin/python3 -I -c 'import websockets.legacy.server'; then
  echo "FAILED: the Debian package python3-websockets is missing; tools/setup installs it" >&2
  exit 1
fi

scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/gateway.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/printed"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$scratch/key.pem" -out "$scratch/certificate.pem" 2>"$scratch/openssl" ||
  { cat "$scratch/openssl" && exit 1; }
timeout -k 5 240 /usr/bin/python3 -I "$2" "$1" "$scratch" >"$scratch/printed/gateway" 2>&1
status=$?
cat "$scratch/printed/gateway"
tail -n 60 "$scratch"/printed/*.err

# Each run has a token and a session id at least; a search for nothing in nothing would always be content.
if [ "$(wc -l <"$scratch/secrets")" -lt 4 ] || [ "$(cat "$scratch"/printed/*.out | wc -l)" -lt 10000 ]; then
  echo "FAILED: there is too little to look for, or in" >&2
  exit 1
fi
if grep -r -l -F -f "$scratch/secrets" "$scratch/printed" >"$scratch/leaks"; then
  echo "FAILED: GW-SEC-1: a secret was printed by: $(sed 's,.*/,,' "$scratch/leaks" | tr '\n' ' ')" >&2
  exit 1
fi
echo "GW-SEC-1: none of $(wc -l <"$scratch/secrets") secrets in $(cat "$scratch"/printed/* | wc -c) bytes of output"
exit "$status"
