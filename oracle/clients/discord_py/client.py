#!/usr/bin/python3 -I
"""discord.py as a bot's author uses it, at the gateway that the environment names."""

import asyncio
import logging
import os
import signal

import discord
import yarl

discord.http.Route.BASE = os.environ["PORTCULLIS_API"] + "/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["PORTCULLIS_URL"])


async def main():
    intents = discord.Intents(guilds=True, guild_messages=True)
    async with discord.AutoShardedClient(intents=intents) as bot:
        running = asyncio.create_task(bot.start(os.environ["PORTCULLIS_TOKEN"]))
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await asyncio.wait([running, asyncio.create_task(stopped.wait())], return_when=asyncio.FIRST_COMPLETED)
        await bot.close()
        await running


if os.environ.get("PORTCULLIS_CA"):
    os.environ["SSL_CERT_FILE"] = os.environ["PORTCULLIS_CA"]
discord.utils.setup_logging(level=logging.INFO)
asyncio.run(main())
