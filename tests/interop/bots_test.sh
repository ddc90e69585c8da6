#!/bin/sh
# Sends bots through bot_play.py, over ws and over wss.
#   bots_test.sh PORTCULLIS bot_play.py discord_py_bot.py        discord.py, from Debian's python3-discord
#   bots_test.sh PORTCULLIS bot_play.py discord_js_bot.mjs       discord.js and @discordjs/ws, from npm
set -u
portcullis=$1 play=$2 bot=$3
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/bots.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
status=0

send_through() {
  for scheme in ws wss; do
    rm -f "$scratch"/*.log "$scratch/ready.json"
    timeout -k 5 120 /usr/bin/python3 -I "$play" "$portcullis" "$scheme" "$scratch" "$@" && continue
    echo "FAILED: $* over $scheme"
    tail -n 60 "$scratch"/*.log
    status=1
  done
}

case $bot in
  *.py)
    if ! /usr/bin/python3 -I -c 'import discord'; then
      echo "FAILED: the Debian package python3-discord is missing; tools/setup installs it" >&2
      exit 1
    fi
    send_through /usr/bin/python3 -I "$bot"
    ;;
  *)
    cp "$bot" "$scratch/bot.mjs"
    (cd "$scratch" && npm install --silent --no-audit --no-fund discord.js@14.28.1 @discordjs/ws@2.0.4 @discordjs/rest) ||
      { echo "FAILED: npm could not install the libraries" && exit 1; }
    send_through node "$scratch/bot.mjs" discord.js
    send_through node "$scratch/bot.mjs" @discordjs/ws
    ;;
esac
exit "$status"
