#!/bin/sh
# Logs discord.py in to the mock, over ws and over wss: discord_py_test.sh PORTCULLIS SCRIPT
set -u

if ! /usr/bin/python3 -I -c 'import discord'; then
  echo "FAILED: the Debian package python3-discord is missing; tools/setup installs it" >&2
  exit 1
fi
status=0
for scheme in ws wss; do
  scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/discord.XXXXXX") || exit 1
  if ! timeout -k 5 120 /usr/bin/python3 -I "$2" "$1" "$scheme" "$scratch"; then
    echo "FAILED: $scheme"
    cat "$scratch/mock.log"
    status=1
  fi
  rm -rf "$scratch"
done
exit "$status"
