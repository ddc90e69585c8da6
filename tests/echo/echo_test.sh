#!/bin/sh
# Plays every case against both echo programs: echo_test.sh CLIENT SERVER play.py
set -u

if ! /usr/bin/python3 -I -c 'import websockets, wsproto'; then
  echo "FAILED: the Debian packages python3-websockets or python3-wsproto are missing; tools/setup installs them" >&2
  exit 1
fi
exec timeout -k 5 280 /usr/bin/python3 -I "$3" "$1" "$2"
