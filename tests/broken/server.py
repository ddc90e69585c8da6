#!/usr/bin/python3 -I
"""A small gateway that keeps the rules, and that can be told to break one of them.

Usage: server.py [--bug NAME]

PORTCULLIS_TOKEN is the one good token. It listens on loopback, at a port that it prints as one line, and offers JSON,
with zlib-stream or without. server_bugs.json tells of the bugs, and here each is an `if self.bug == "..."` where a
server might have it. INTERVAL is the heartbeat interval in milliseconds; with LIMIT=1 a token may identify once in 5 s.

Ends with SIGTERM.
"""

import asyncio
import collections
import http
import json
import logging
import os
import secrets
import sys
import time
import urllib.parse
import zlib

import websockets

INTERVAL_MS = int(os.environ.get("INTERVAL", "41250"))
SPACING_S = 5.0 if os.environ.get("LIMIT") == "1" else 0.0
VERSIONS = range(6, 11)
INTENTS = 0x0331FFFF
GUILDS, GUILD_MESSAGES = 1 << 0, 1 << 9
PAYLOAD_BYTES_MAX = 4096
SENDS_MAX, SENDS_WINDOW_S = 120, 60.0
WHOLE_LIST_S = 30.0
BOT_ID = 100000000000000001
GUILD_IDS = [200000000000000001, 200000000000000001 + (1 << 22)]
COMMANDS = (3, 4, 8, 31, 43)


class Refused(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def fits(op, data):
    """Says whether the data of a command is of its shape."""
    if op == 1:
        return data is None or is_integer(data)
    if not isinstance(data, dict):
        return False
    if op == 2:
        return all(isinstance(data.get(name), kind)
                   for name, kind in (("token", str), ("properties", dict), ("intents", int)))
    if op == 6:
        return isinstance(data.get("session_id"), str) and isinstance(data.get("token"), str) and is_integer(data.get("seq"))
    if op == 3:
        return {"since", "activities", "status", "afk"} <= set(data)
    if op == 8:
        return isinstance(data.get("guild_id"), str) and ("query" in data) != ("user_ids" in data)
    return "guild_ids" in data if op == 31 else "guild_id" in data


class Session:
    def __init__(self, identify):
        self.id = secrets.token_hex(16)
        self.intents = identify["intents"]
        self.shard = identify.get("shard")
        self.events, self.sequence = [], 0
        shard = self.shard or [0, 1]
        self.guilds = [one for one in GUILD_IDS if (one >> 22) % shard[1] == shard[0]]


class Gateway:
    """What all connections share."""

    def __init__(self, bug, token):
        self.bug, self.token, self.url = bug, token, ""
        self.sessions, self.identified_at, self.whole_list_at = {}, -SPACING_S, -WHOLE_LIST_S

    async def request(self, path, _headers):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
        if query.get("encoding", "json") != "json":
            return http.HTTPStatus.BAD_REQUEST, [], b"only json is offered\n"
        return None

    async def serve(self, socket, path):
        connection = Connection(self, socket, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query)))
        try:
            await connection.run()
        except Refused as refused:
            await socket.close(refused.code)
        except websockets.ConnectionClosed:
            pass
        finally:
            connection.leave()


class Connection:
    def __init__(self, gateway, socket, query):
        self.gateway, self.bug, self.socket, self.query = gateway, gateway.bug, socket, query
        self.version = int(query.get("v", "10"))
        self.deflate = zlib.compressobj() if query.get("compress") == "zlib-stream" else None
        self.session, self.sends = None, collections.deque()

    async def run(self):
        if self.version not in VERSIONS and not self.bug == "unknown-version-accepted":
            raise Refused(4012)
        interval = "41250" if self.bug == "interval-as-text" else INTERVAL_MS
        if not self.bug == "no-hello":
            await self.say(10, {"heartbeat_interval": interval})
        allowance = 10_000 if self.bug == "silent-clients-kept" else 1.5 * INTERVAL_MS / 1000
        beaten_at = time.monotonic()
        while True:
            left = beaten_at + allowance - time.monotonic()
            try:
                message = await asyncio.wait_for(self.socket.recv(), max(left, 0.0))
            except asyncio.TimeoutError:
                raise Refused(4009) from None
            if await self.take(message) == 1:
                beaten_at = time.monotonic()

    async def take(self, message):
        now = time.monotonic()
        self.sends.append(now)
        while now - self.sends[0] >= SENDS_WINDOW_S:
            self.sends.popleft()
        sends_max = 60 if self.bug == "rate-limit-too-low" else SENDS_MAX
        if len(self.sends) > sends_max and not self.bug == "no-rate-limit":
            raise Refused(4008)
        size = len(message.encode()) if isinstance(message, str) else len(message)
        if size > PAYLOAD_BYTES_MAX and not self.bug == "no-size-limit":
            raise Refused(4002)
        op, data = self.decode(message)
        if op not in (1, 2, 6, *COMMANDS):
            if self.bug == "unknown-opcode-ignored":
                return op
            raise Refused(4001)
        if not fits(op, data) and not self.bug == "malformed-data-accepted":
            raise Refused(4001)
        await self.obey(op, data)
        return op

    def decode(self, message):
        undecodable = Refused(1007 if self.bug == "undecodable-closed-with-1007" else 4002)
        if not isinstance(message, str):
            raise undecodable
        try:
            payload = json.loads(message)
        except ValueError:
            raise undecodable from None
        if not isinstance(payload, dict):
            raise undecodable
        op = payload.get("op")
        if not is_integer(op):
            raise Refused(4001)
        return op, payload.get("d")

    async def obey(self, op, data):
        if op == 1:
            return await self.acknowledge()
        if op == 2:
            return await self.identify(data)
        if op == 6:
            return await self.resume(data)
        if self.session is None:
            if self.bug == "commands-before-login":
                return None
            raise Refused(4003)
        return await self.command(op, data)

    async def acknowledge(self):
        if self.bug == "no-ack":
            return
        if self.bug == "numbered-ack":
            return await self.put({"op": 11, "d": None, "s": 7, "t": None})
        await self.say(11, {"seq": 1} if self.bug == "ack-with-data" else None)

    async def identify(self, data):
        if self.session is not None and not self.bug == "second-identify-accepted":
            raise Refused(4005)
        if data["token"] != self.gateway.token and not self.bug == "any-token-accepted":
            raise Refused(4004)
        shard = data.get("shard")
        if shard is not None and not 0 <= shard[0] < shard[1] and not self.bug == "any-shard-accepted":
            raise Refused(4010)
        if data["intents"] & ~INTENTS and not self.bug == "any-intents-accepted":
            raise Refused(4013)
        now = time.monotonic()
        if now - self.gateway.identified_at < SPACING_S and not self.bug == "identifies-not-spaced":
            return await self.invalidate()
        self.gateway.identified_at = now
        self.session = session = Session(data)
        self.gateway.sessions[session.id] = session
        await self.ready(session, data)
        if session.intents & GUILDS or self.bug == "events-without-intent":
            for guild in session.guilds:
                await self.dispatch("guild_create" if self.bug == "lower-case-event" else "GUILD_CREATE",
                                    {"id": str(guild), "name": "a guild", "unavailable": False})

    async def ready(self, session, identify):
        def id_of(number):
            return number if self.bug == "ids-as-numbers" else str(number)
        guilds = GUILD_IDS if self.bug == "guilds-of-all-shards" else session.guilds
        data = {"v": 6 if self.bug == "ready-of-another-version" else self.version,
                "user": {"id": id_of(BOT_ID), "username": "bot", "bot": True},
                "guilds": [{"id": id_of(one), "unavailable": not self.bug == "guilds-available"} for one in guilds],
                "session_id": session.id, "resume_gateway_url": self.gateway.url,
                "application": {"id": id_of(BOT_ID), "flags": 0}}
        if "shard" in identify and not self.bug == "shard-not-echoed":
            data["shard"] = identify["shard"]
        if self.bug == "ready-without-resume-url":
            del data["resume_gateway_url"]
        if self.bug == "application-without-flags":
            del data["application"]["flags"]
        await self.dispatch("READY", data, keep=False)

    async def resume(self, data):
        if self.session is not None:
            raise Refused(4005)
        session = self.gateway.sessions.get(data["session_id"])
        if session is None and self.bug == "unknown-session-resumed":
            session = Session({"intents": GUILDS | GUILD_MESSAGES})
        if session is None or data["token"] != self.gateway.token:
            return await self.invalidate()
        if data["seq"] > session.sequence:
            raise Refused(4007)
        self.session = session
        missed = [event for event in session.events if event["s"] > data["seq"]]
        if self.bug == "replay-lacks-the-first":
            missed = missed[1:]
        if self.bug == "replay-backwards":
            missed.reverse()
        if self.bug == "resumed-before-replay":
            await self.dispatch("RESUMED", {}, keep=False)
        for event in missed:
            await self.put(event)
        if not self.bug == "resumed-before-replay":
            await self.dispatch("RESUMED", {}, keep=False)

    async def invalidate(self):
        await self.say(9, None if self.bug == "invalid-without-boolean" else False)

    async def command(self, op, data):
        if op == 8:
            return await self.members(data)
        if op == 31:
            for guild in data["guild_ids"]:
                await self.dispatch("SOUNDBOARD_SOUNDS", {"guild_id": guild, "soundboard_sounds": []})
        if op == 43:
            await self.dispatch("CHANNEL_INFO", {"guild_id": data["guild_id"], "channels": []})
        return None

    async def members(self, data):
        nonce = {"nonce": data["nonce"]} if "nonce" in data else {}
        now = time.monotonic()
        if data.get("query") == "":
            if now - self.gateway.whole_list_at < WHOLE_LIST_S and not self.bug == "members-not-limited":
                meta = {"guild_id": data["guild_id"], **nonce}
                return await self.dispatch("RATE_LIMITED", {"opcode": 8, "retry_after": 29.5, "meta": meta})
            self.gateway.whole_list_at = now
        asked = data.get("user_ids", [str(BOT_ID)])
        asked = asked if isinstance(asked, list) else [asked]
        chunk = {"guild_id": data["guild_id"], "chunk_index": 0, "chunk_count": 1,
                 "members": [{"user": {"id": one}} for one in asked if one == str(BOT_ID)],
                 "not_found": [one for one in asked if one != str(BOT_ID)], **nonce}
        if self.bug == "no-not-found":
            del chunk["not_found"]
        if self.bug == "chunk-index-too-high":
            chunk["chunk_index"] = 1
        return await self.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    async def dispatch(self, name, data, keep=True):
        session = self.session
        session.sequence += 1
        event = {"t": name, "s": session.sequence, "op": 0, "d": data}
        if keep:
            session.events.append(event)
        await self.put(event)

    async def say(self, op, data):
        await self.put({"t": None, "s": None, "op": op, "d": data})

    async def put(self, payload):
        text = json.dumps(payload)
        if self.bug == "two-payloads-a-message" and payload["op"] == 11:
            text += text
        if self.bug == "binary-json":
            return await self.socket.send(text.encode())
        if self.deflate is None:
            return await self.socket.send(text)
        if self.bug == "zlib-stream-begun-anew":
            self.deflate = zlib.compressobj()
        flush = zlib.Z_PARTIAL_FLUSH if self.bug == "zlib-stream-not-flushed" else zlib.Z_SYNC_FLUSH
        await self.socket.send(self.deflate.compress(text.encode()) + self.deflate.flush(flush))

    def leave(self):
        if self.session is None:
            return
        ended = self.socket.close_code in (1000, 1001) and not self.bug == "session-outlives-1000"
        if self.bug == "session-ends-with-any-close":
            ended = True
        if ended:
            self.gateway.sessions.pop(self.session.id, None)


async def main(bug):
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    gateway = Gateway(bug, os.environ["PORTCULLIS_TOKEN"])
    async with websockets.serve(gateway.serve, "127.0.0.1", 0, process_request=gateway.request, compression=None,
                                ping_interval=None, close_timeout=2) as server:
        gateway.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        print(gateway.url, flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2] if sys.argv[1:2] == ["--bug"] else ""))
