#!/bin/sh
# Plays scenarios to the client with each of its bugs: broken_test.sh PORTCULLIS play.py ARGUMENT...
set -u

if ! /usr/bin/python3 -I -c 'import wsproto'; then
  echo "FAILED: the Debian package python3-wsproto is missing; tools/setup installs it" >&2
  exit 1
fi
portcullis=$1 play=$2
shift 2
exec timeout -k 5 800 /usr/bin/python3 -I "$play" "$portcullis" "$@"
