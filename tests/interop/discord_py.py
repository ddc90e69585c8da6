#!/usr/bin/python3 -I
"""Logs discord.py in to the mock gateway and sends it through what a bot goes through.

Usage: discord_py.py PORTCULLIS ws|wss DIRECTORY

The client is Debian's python3-discord, unchanged but for where it connects to. Ends with 0 when all of it was seen:
ready, a message from the control port, op 7 and RESUME, a dropped link with a message missed and then replayed, a close
of its own.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request

STEP_S = 20.0  # what waits longer than this waits in vain
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
GUILD, CHANNEL = "200000000000000001", "300000000000000001"


def message(content):
    author = {"id": "400000000000000001", "username": "somebody", "discriminator": "0001", "avatar": None}
    return {"id": str(int(time.time() * 1000) << 22), "channel_id": CHANNEL, "guild_id": GUILD, "author": author,
            "content": content, "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "tts": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": False, "type": 0}


class Control:
    """The mock's control port."""

    def __init__(self, url):
        self.url = url

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=STEP_S) as answer:
            return json.load(answer)

    def session(self):
        sessions = self.ask("/sessions")
        assert len(sessions) == 1, f"one session, not {len(sessions)}"
        return sessions[0]


async def start_mock(portcullis, secure, directory):
    ready = os.path.join(directory, "ready.json")
    arguments = ["mock", "--port", "0", "--ready-file", ready, "--verbose"] + ["--tls"] * secure
    log = open(os.path.join(directory, "mock.log"), "wb")
    mock = await asyncio.create_subprocess_exec(
        portcullis, *arguments, env={**os.environ, "PORTCULLIS_TOKEN": TOKEN}, stdout=log, stderr=log)
    for _ in range(200):
        if os.path.exists(ready):
            return mock, json.load(open(ready, encoding="utf-8"))
        await asyncio.sleep(0.1)
    raise TimeoutError("the mock does not get ready")


def make_client(urls):
    if urls.get("ca_file"):
        os.environ["SSL_CERT_FILE"] = urls["ca_file"]
    import discord  # after the environment is set
    import yarl

    discord.http.Route.BASE = urls["api_url"] + "/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(urls["gateway_url"])
    print(f"discord.py {discord.__version__} at {urls['gateway_url']}", flush=True)

    class Client(discord.Client):
        def __init__(self):
            super().__init__(intents=discord.Intents.default())
            self.ready = asyncio.Event()
            self.resumed = asyncio.Queue()
            self.messages = asyncio.Queue()

        async def on_ready(self):
            self.ready.set()

        async def on_resumed(self):
            self.resumed.put_nowait(True)

        async def on_message(self, sent):
            self.messages.put_nowait(sent.content)

    return Client()


async def play(client, control):
    async def wait(awaitable, what):
        try:
            result = await asyncio.wait_for(awaitable, STEP_S)
        except asyncio.TimeoutError:
            raise AssertionError(f"waited in vain: {what}") from None
        print(f"  ok      {what}", flush=True)
        return result

    await wait(client.ready.wait(), "GW-ID-16: it is ready")
    assert control.session()["identifies"] == 1

    control.ask("/dispatch", {"t": "MESSAGE_CREATE", "d": message("one")})
    assert await wait(client.messages.get(), "a message from the control port arrives") == "one"

    control.ask("/reconnect", {})
    await wait(client.resumed.get(), "GW-RECON-2: op 7 makes it resume")
    assert control.session()["resumes"] == 1, control.session()

    control.ask("/silence", {"on": True})
    control.ask("/dispatch", {"t": "MESSAGE_CREATE", "d": message("two")})
    assert client.messages.empty(), "nothing comes through a silent link"
    control.ask("/drop", {})
    assert await wait(client.messages.get(), "GW-RES-8: the message that it missed is replayed") == "two"
    await wait(client.resumed.get(), "GW-RES-8: and RESUMED follows")
    session = control.session()
    assert (session["identifies"], session["resumes"]) == (1, 2), session

    control.ask("/dispatch", {"t": "MESSAGE_CREATE", "d": message("three")})
    assert await wait(client.messages.get(), "the resumed session goes on") == "three"


async def main(portcullis, scheme, directory):
    mock, urls = await start_mock(portcullis, scheme == "wss", directory)
    try:
        async with make_client(urls) as client:
            running = asyncio.create_task(client.start(TOKEN))
            playing = asyncio.create_task(play(client, Control(urls["control_url"])))
            await asyncio.wait([running, playing], return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                playing.cancel()
                await running  # it has failed: raises why
                raise AssertionError("the client has ended early")
            await playing
            await client.close()
            await running
    finally:
        mock.terminate()
        code = await asyncio.wait_for(mock.wait(), STEP_S)
    assert code == 0, f"the mock ends with 0, not {code}"
    with open(os.path.join(directory, "mock.log"), encoding="utf-8") as log:
        assert TOKEN not in log.read(), "GW-SEC-1: the token is not in the mock's log"
    print(f"{scheme}: all of it was seen", flush=True)


if __name__ == "__main__":
    asyncio.run(main(os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]))
