#!/bin/sh
# Runs examples/ping_bot as its readers do: its own test, against the mock.
#   ping_bot_test.sh PORTCULLIS WORKSPACE py     on discord.py, from Debian's python3-discord
#   ping_bot_test.sh PORTCULLIS WORKSPACE js     on discord.js, from npm
set -u
# The examples are no part of this workspace: they lie where its WORKSPACE file really is.
example=$(dirname "$(readlink -f "$2")")/examples/ping_bot
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/ping-bot.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
export PORTCULLIS="$PWD/$1" PYTHONDONTWRITEBYTECODE=1

case $3 in
  py)
    if ! /usr/bin/python3 -I -c 'import discord'; then
      echo "FAILED: the Debian package python3-discord is missing; tools/setup installs it" >&2
      exit 1
    fi
    ;;
  js)
    cp "$example/bot.mjs" "$scratch"
    (cd "$scratch" && npm install --silent --no-audit --no-fund discord.js@14.28.1) ||
      { echo "FAILED: npm could not install the library" && exit 1; }
    export BOT="node $scratch/bot.mjs"
    ;;
esac
timeout -k 5 100 /usr/bin/python3 -I "$example/test_bot.py" -v
