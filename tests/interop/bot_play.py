#!/usr/bin/python3 -I
"""Logs a bot in to the mock gateway and sends it through what a bot goes through.

Usage: bot_play.py PORTCULLIS ws|wss DIRECTORY COMMAND...

COMMAND runs the bot, a library unchanged but for where it connects to: PORTCULLIS_URL, PORTCULLIS_API and, over wss,
PORTCULLIS_CA tell it, PORTCULLIS_TOKEN is its token. It prints a JSON line for what it sees: {"ready": true},
{"resumed": true}, {"message": "..."}; and ends when its standard input does. Ends with 0 when all of it was seen: ready,
a message from the control port, op 7 and RESUME, a dropped link with a message missed and then replayed, an end of its
own.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request

STEP_S = 20.0  # what waits longer than this waits in vain
PIPE = asyncio.subprocess.PIPE
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
GUILD, CHANNEL = "200000000000000001", "200000000001000001"  # those of the mock


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


class Bot:
    """The program under test, and what it has seen."""

    def __init__(self, process, log):
        self.process = process
        self.log = log
        self.ready = asyncio.Event()
        self.resumed = asyncio.Queue()
        self.messages = asyncio.Queue()
        self.reading = asyncio.create_task(self.read())

    async def read(self):
        while line := await self.process.stdout.readline():
            self.log.write(line)
            seen = json.loads(line) if line.startswith(b"{") else {}
            if seen.get("ready"):
                self.ready.set()
            if seen.get("resumed"):
                self.resumed.put_nowait(True)
            if "message" in seen:
                self.messages.put_nowait(seen["message"])

    async def end(self):
        self.process.stdin.close()
        code = await asyncio.wait_for(self.process.wait(), STEP_S)
        assert code == 0, f"the bot ends with 0, not {code}"
        print("  ok      the bot ends when it is asked to", flush=True)


async def start_bot(command, urls, directory):
    environment = {**os.environ, "PORTCULLIS_URL": urls["gateway_url"], "PORTCULLIS_API": urls["api_url"],
                   "PORTCULLIS_TOKEN": TOKEN}
    if urls.get("ca_file"):
        # Python and Node read these themselves, before the first line of the bot.
        for name in ("PORTCULLIS_CA", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            environment[name] = urls["ca_file"]
    log = open(os.path.join(directory, "bot.log"), "wb")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=PIPE, stdout=PIPE, stderr=log)
    return Bot(process, log)


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


async def main(portcullis, scheme, directory, command):
    mock, urls = await start_mock(portcullis, scheme == "wss", directory)
    bot = None
    try:
        bot = await start_bot(command, urls, directory)
        print(f"{' '.join(command)} at {urls['gateway_url']}", flush=True)
        await play(bot, Control(urls["control_url"]))
        await bot.end()
    finally:
        if bot is not None and bot.process.returncode is None:
            bot.process.kill()
        mock.terminate()
        code = await asyncio.wait_for(mock.wait(), STEP_S)
    assert code == 0, f"the mock ends with 0, not {code}"
    with open(os.path.join(directory, "mock.log"), encoding="utf-8") as log:
        assert TOKEN not in log.read(), "GW-SEC-1: the token is not in the mock's log"
    print(f"{scheme}: all of it was seen", flush=True)


if __name__ == "__main__":
    asyncio.run(main(os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
