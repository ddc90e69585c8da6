#!/bin/sh
# Tests the server with each of its bugs: servers_test.sh PORTCULLIS play_servers.py ARGUMENT...
set -u

if ! /usr/bin/python3 -I -c 'import websockets'; then
  echo "FAILED: the Debian package python3-websockets is missing; tools/setup installs it" >&2
  exit 1
fi
portcullis=$1 play=$2
shift 2
exec timeout -k 5 280 /usr/bin/python3 -I "$play" "$portcullis" "$@"
