#!/usr/bin/python3 -I
"""A bot on discord.py for bot_play.py. Debian's package, unchanged but for where it connects to."""

import asyncio
import json
import os
import sys

import discord
import yarl

discord.http.Route.BASE = os.environ["PORTCULLIS_API"] + "/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["PORTCULLIS_URL"])


def tell(**seen):
    print(json.dumps(seen), flush=True)


class Bot(discord.Client):
    async def on_ready(self):
        tell(ready=True)

    async def on_resumed(self):
        tell(resumed=True)

    async def on_message(self, message):
        tell(message=message.content)


async def main():
    async with Bot(intents=discord.Intents.default()) as bot:
        running = asyncio.create_task(bot.start(os.environ["PORTCULLIS_TOKEN"]))
        ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await asyncio.wait([running, ended], return_when=asyncio.FIRST_COMPLETED)
        await bot.close()
        await running


asyncio.run(main())
