#!/usr/bin/python3 -I
"""Plays a Discord gateway to the probe and holds what the probe sends and prints against what was sent to it.

Usage: gateway.py PROBE DIRECTORY

DIRECTORY holds a certificate for localhost, certificate.pem, and its key, key.pem, for the runs over TLS.

The WebSockets are those of Debian's python3-websockets, the compression is Python's zlib: nothing here shares code with
what is tested. Each run is a list of links in the order in which the probe has to open them, on the main port or on the
port that READY names for resuming; every dispatch is remembered, and in the end the probe has to have printed each of
them once and in order, byte for byte. All the randomness comes from the printed seeds.

Leaves in DIRECTORY what the probe printed (printed/), and the token and the session ids (secrets), so that the caller
can look for the ones in the others. Ends with 0 when everything held, with 1 otherwise.
"""

import asyncio
import json
import os
import random
import socket
import ssl
import struct
import sys
import time
import urllib.parse
import zlib

from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.legacy.server import WebSocketServerProtocol, serve

HOST = "127.0.0.1"
CERTIFICATE = "certificate.pem"
INTENTS = 1 << 0 | 1 << 1 | 1 << 9  # guilds, their members, their messages
BEAT_MS = 1_000
BUSY_BEAT_MS = 2_000  # where thousands of dispatches flow
SELDOM_MS = 60_000
SLACK_S = 2.5  # how late a busy machine may make the probe
STEP_S = 30.0  # what waits longer than this waits in vain
RUN_S = 100.0
AHEAD_MAX = 50  # dispatches under way: an ACK that queues behind more comes too late on a busy machine
PIPE = asyncio.subprocess.PIPE
TEXT, BINARY, CONTINUATION = 1, 2, 0
NAMES = ["MESSAGE_CREATE", "GUILD_CREATE", "GUILD_MEMBER_ADD", "PRESENCE_UPDATE", "TYPING_START", "SOMETHING_NEW"]
LETTERS = "abc xyz 0189 \"\\/\n\t{}[]:,\u0000\u007f\u00e9\u20ac\u4e2d\U0001f600"


class Ledger:
    """Counts what was checked, and says it."""

    def __init__(self):
        self.checks = 0
        self.violations = 0

    def check(self, holds, sentence, saw=""):
        self.quietly(holds, sentence, saw)
        if holds:
            print(f"  ok      {sentence}{' | ' if saw != '' else ''}{saw}", flush=True)

    def quietly(self, holds, sentence, saw=""):
        """For what is checked thousands of times: says it only when it does not hold."""
        self.checks += 1
        if not holds:
            self.violations += 1
            print(f"  FAILED  {sentence} | saw {saw}", flush=True)


class Secrets:
    """Makes what must not be printed, and remembers it."""

    def __init__(self, path):
        self.path = path

    def make(self, rng):
        secret = rng.randbytes(16).hex()
        with open(self.path, "a", encoding="ascii") as file:
            file.write(secret + "\n")
        return secret


def cut(rng, data, pieces_max):
    """Cuts bytes into a few pieces, of which some may be empty."""
    ends = sorted(rng.choices(range(len(data) + 1), k=rng.randrange(pieces_max))) + [len(data)]
    return [data[start:end] for start, end in zip([0] + ends, ends)]


def some_data(rng, number):
    """The `d` of a dispatch: mostly short, sometimes long, sometimes what does not compress."""
    kind = rng.random()
    if kind < 0.02:
        content = rng.randbytes(rng.randrange(20_000)).hex()
    elif kind < 0.04:
        content = rng.choice(LETTERS) * rng.randrange(200_000)
    else:
        content = "".join(rng.choices(LETTERS, k=rng.randrange(120)))
    nested = [{}, [], None, True, -1.5e-3, {"op": 7, "s": 0, "t": "READY"}]
    data = {"number": number, "content": content, "nested": nested}
    return json.dumps(data, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1]))


def some_text(rng, text):
    """A JSON string in one of its spellings."""
    if rng.random() < 0.9:
        return json.dumps(text)
    return '"' + "".join(f"\\u{ord(letter):04x}" if rng.random() < 0.3 else letter for letter in text) + '"'


def envelope(rng, op, d="null", s=None, t=None):
    """A payload, its keys in any order."""
    members = [f'"op":{op}', f'"d":{d}', f'"s":{json.dumps(s)}', f'"t":{some_text(rng, t) if t else "null"}']
    rng.shuffle(members)
    return "{" + rng.choice([",", ", ", "\n,\t"]).join(members) + "}"


class Session:
    """What a gateway remembers of a session: every dispatch, numbered from 1."""

    def __init__(self, session_id):
        self.id = session_id
        self.sent = []  # (name, d)

    @property
    def last(self):
        return len(self.sent)

    def add(self, name, d):
        self.sent.append((name, d))
        return self.last

    def expected(self):
        """What the probe has to print of it."""
        for index, (name, d) in enumerate(self.sent):
            yield name, index + 1, len(d.encode()), zlib.crc32(d.encode())


class CuttingTransport:
    """A transport that writes in pieces, and that can be told to die in the middle of a write."""

    def __init__(self, transport, rng):
        self._transport = transport
        self._rng = rng
        self._left = None
        self._reset = False
        self.dead = False

    def __getattr__(self, name):
        return getattr(self._transport, name)

    def die_after(self, count, reset):
        """Ends the link after so many more bytes: politely, or by a reset that may take delivered bytes with it."""
        self._left, self._reset = count, reset

    def write(self, data):
        if self._left is not None and len(data) >= self._left:
            return self._die(data[: self._left])
        if self._left is not None:
            self._left -= len(data)
        for piece in cut(self._rng, bytes(data), 3):
            self._transport.write(piece)

    def _die(self, last_words):
        if self.dead:
            return
        self.dead = True
        self._transport.write(bytes(last_words))
        if self._reset:
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()


class Protocol(WebSocketServerProtocol):
    """The library's server side over a CuttingTransport."""

    rng = random.Random(0)

    def connection_made(self, transport):
        super().connection_made(CuttingTransport(transport, self.rng))


class Link:
    """One connection, as the gateway sees it."""

    def __init__(self, run, ws, where):
        self.run = run
        self.ws = ws
        self.where = where
        self.opened_at = time.monotonic()
        self.ended_at = None
        self.rng = run.rng
        self.ledger = run.ledger
        self.check = run.ledger.check
        self.deflate = zlib.compressobj(level=self.rng.choice([1, 6, 9])) if run.compression == "zlib-stream" else None
        self.lock = asyncio.Lock()
        self.session = None
        self.fresh = False
        self.handshake = asyncio.get_running_loop().create_future()
        self.commands = asyncio.Queue()
        self.beats = []  # (time, d)
        self.beat_ms = None
        self.helloed_at = None
        self.acking = True
        self.pongs = []

    # What the gateway does.

    async def send(self, payload):
        """Sends a payload cut over messages (if it is compressed) and fragments, a ping among them now and then."""
        data = payload.encode()
        async with self.lock:
            if self.deflate:
                data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
            alone = self.run.compression == "payload" and self.handshake.done() and self.rng.random() < 0.5
            if alone:
                data = zlib.compress(data, self.rng.choice([0, 1, 6, 9]))
            for message in cut(self.rng, data, 4) if self.deflate else [data]:
                fragments = cut(self.rng, message, 4)
                for index, fragment in enumerate(fragments):
                    await self.ws.ensure_open()
                    kind = (BINARY if self.deflate or alone else TEXT) if index == 0 else CONTINUATION
                    await self.ws.write_frame(index == len(fragments) - 1, kind, fragment)
                    if self.rng.random() < 0.01:
                        await self.ping()
        await asyncio.sleep(0)  # the library gives way only when its buffers are full: beats have to be heard meanwhile

    async def ping(self):
        pong = await self.ws.ping()
        pong.add_done_callback(lambda done: done.cancelled() or done.exception())  # the end of the link is no accident
        self.pongs.append(pong)

    async def hello(self, beat_ms):
        self.beat_ms = beat_ms
        await self.send(envelope(self.rng, 10, json.dumps({"heartbeat_interval": beat_ms, "_trace": ["x"]})))
        self.helloed_at = time.monotonic()

    async def deliver(self, s):
        delivered = self.run.log.delivered
        await until(lambda: delivered(self.session) >= s - AHEAD_MAX or self.ws.closed, "the probe keeps up")
        name, d = self.session.sent[s - 1]
        await self.send(envelope(self.rng, 0, d, s, name))

    async def ready(self, session, resume_url):
        self.session, self.fresh = session, True
        d = {"v": 10, "user": {"id": "7", "bot": True}, "guilds": [{"id": "41771983423143937", "unavailable": True}],
             "session_id": session.id, "resume_gateway_url": resume_url, "application": {"id": "7", "flags": 0}}
        await self.deliver(session.add("READY", json.dumps(d).replace("/", "\\/")))

    async def stream(self, count):
        """Makes so many dispatches and sends them; those made after the link is dead wait for a resume."""
        for _ in range(count):
            s = self.session.add(self.rng.choice(NAMES), some_data(self.rng, self.session.last + 1))
            if not self.ws.transport.dead:
                await self.alive_or_dead(self.deliver(s))

    async def replay(self, session, after):
        """Sends what was missed; gives False when the link died over it."""
        self.session = session
        for s in range(after + 1, session.last + 1):
            if not await self.alive_or_dead(self.deliver(s)):
                return False
        await self.deliver(session.add("RESUMED", json.dumps({"_trace": ["y"]})))
        return True

    async def alive_or_dead(self, sending):
        """Excuses a failed send when it was the gateway that killed the link."""
        try:
            await sending
            return True
        except (ConnectionClosed, InvalidState):
            if not self.ws.transport.dead:
                raise
            return False

    async def settle(self):
        """Waits until the probe has printed all of the session and answered every ping."""
        await self.until(lambda: self.run.log.delivered(self.session) >= self.session.last, "every dispatch is printed")
        await self.until(lambda: all(pong.done() for pong in self.pongs), "every ping is answered")
        self.check(True, "GW-CONN-5: pings are answered, between fragments too", len(self.pongs))

    async def until(self, condition, what):
        """Waits on an open link."""
        await until(lambda: condition() or self.ws.closed, what)
        if not condition():
            raise Surprise(f"the link has ended, close code {self.ws.close_code}, in vain: {what}")

    # What the client does.

    async def listen(self):
        try:
            async for message in self.ws:
                await self.take(message)
        except (ConnectionClosed, InvalidState):
            pass
        self.ended_at = time.monotonic()

    async def take(self, message):
        self.ledger.quietly(isinstance(message, str), "GW-CONN-2: JSON goes out as text", type(message).__name__)
        self.ledger.quietly(len(message.encode()) <= 4096, "GW-SIZE-1: a payload has 4096 bytes at most", len(message))
        payload = json.loads(message)
        op = payload.get("op")
        self.ledger.quietly(op in (1, 2, 3, 4, 6, 8, 31, 43), "INV-5: a client sends nothing but client opcodes", op)
        if op == 1:
            return await self.take_beat(payload["d"])
        if not self.handshake.done():
            self.ledger.quietly(op in (2, 6), "INV-3: the first payload but beats is Identify or Resume", op)
            self.ledger.quietly(self.helloed_at is not None, "GW-ID-4, GW-RES-7: the handshake waits for Hello")
            return self.handshake.set_result((op, payload["d"], time.monotonic()))
        self.ledger.quietly(op not in (2, 6), "GW-ID-2, GW-RES-6: one handshake a connection", op)
        self.commands.put_nowait(payload)

    async def take_beat(self, d):
        known = self.session.last if self.session else None
        least = (self.beats[-1][1] if self.beats else None) or (None if self.fresh else 1)
        if known is None or (d is None and least is None):  # READY is not there yet
            fits = d is None
        else:
            fits = isinstance(d, int) and (least or 1) <= d <= known
        self.ledger.quietly(fits, "GW-HB-5: a beat carries the last sequence number", f"{d}, sent were {known}")
        self.beats.append((time.monotonic(), d))
        if self.acking:
            await self.send(envelope(self.rng, 11))

    async def shaken(self, op):
        """Waits for the handshake and gives its `d`."""
        got, d, _ = await asyncio.wait_for(asyncio.shield(self.handshake), STEP_S)
        self.check(got == op, f"the handshake is op {op}", f"op {got}")
        if got != op:
            raise Surprise("the other handshake")
        return d

    async def closed(self, code, sentence):
        """Waits for the client's Close."""
        await asyncio.wait_for(self.ws.wait_closed(), STEP_S)
        self.check(self.ws.close_code == code, sentence, f"close code {self.ws.close_code}")

    def sum_up(self):
        """Checks the beats of the whole link."""
        if self.helloed_at is not None:
            times = [self.helloed_at] + [at for at, _ in self.beats] + [self.ended_at]
            longest = max(later - earlier for earlier, later in zip(times, times[1:]))
            self.check(longest <= self.beat_ms / 1000 + SLACK_S, "GW-HB-2, GW-HB-3: a beat every interval",
                       f"{len(self.beats)} beats in {self.ended_at - self.helloed_at:.1f} s, "
                       f"interval {self.beat_ms} ms, longest gap {longest * 1000:.0f} ms")


class Surprise(Exception):
    """What happened makes it pointless to go on."""


async def until(condition, what):
    deadline = time.monotonic() + STEP_S
    while not condition():
        if time.monotonic() > deadline:
            raise Surprise(f"in vain: {what}")
        await asyncio.sleep(0.01)


class Log:
    """What the probe printed, over all the processes of a run."""

    def __init__(self):
        self.sessions = []  # a list of (name, s, bytes, crc32) for each READY
        self.starts = []  # (which session, the last s of it) at each link
        self.disconnects = []
        self.delays_ms = []
        self.finishes = []
        self.odd = []
        self.answers = []

    def take(self, line):
        event = json.loads(line)
        kind = event.pop("event")
        if kind == "dispatch":
            if event["kind"] == "Ready":
                self.sessions.append([])
            self.sessions[-1].append((event["name"], event["s"], event["d_bytes"], event["d_crc32"]))
            if event["out_of_place"]:
                self.odd.append(event)
        elif kind == "connected":
            last = max(s for _, s, _, _ in self.sessions[-1]) if self.sessions else 0
            self.starts.append((len(self.sessions) - 1, last))
        elif kind == "disconnected":
            self.disconnects.append((event["why"], event["next"]))
            self.delays_ms.append(event["delay_ms"])
        elif kind == "finished":
            self.finishes.append((event["why"], event["close_code"]))
        elif kind in ("odd", "refused"):
            self.odd.append(event)
        elif kind == "session":
            self.answers.append(event)

    def delivered(self, session):
        return len(self.sessions[session.number]) if session.number < len(self.sessions) else 0


class Probe:
    """The program under test: a process, or two one after the other."""

    def __init__(self, run, *arguments):
        self.run = run
        self.arguments = arguments
        self.process = None

    async def start(self):
        run = self.run
        command = [run.probe, "--url", run.url("main"), "--ca", os.path.join(run.directory, CERTIFICATE),
                   "--compression", run.compression, "--intents", str(INTENTS),
                   "--seconds-max", str(int(RUN_S)), *self.arguments]
        environment = {"PROBE_TOKEN": run.token}
        environment.update({key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")})
        self.errors = open(os.path.join(run.printed, f"{run.name}.{len(run.log.finishes)}.err"), "wb")
        self.output = open(os.path.join(run.printed, f"{run.name}.{len(run.log.finishes)}.out"), "wb")
        self.process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=PIPE, stdout=PIPE, stderr=self.errors)
        self.reading = asyncio.create_task(self.read())

    async def read(self):
        while line := await self.process.stdout.readline():
            self.output.write(line)
            self.run.log.take(line)

    def say(self, command):
        self.process.stdin.write(command.encode() + b"\n")

    async def ended(self):
        code = await asyncio.wait_for(self.process.wait(), STEP_S)
        await asyncio.wait_for(self.reading, STEP_S)
        self.run.ledger.check(code == 0, "the probe ends by itself and well", f"exit code {code}")

    async def leave(self):
        """Lets go of a probe that something went wrong with; gives its exit code, or none when it was still alive."""
        try:
            return await asyncio.wait_for(self.process.wait(), 1.0)
        except asyncio.TimeoutError:
            return None

    async def kill(self):
        if self.process is None:
            return
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        await self.reading
        self.output.close()
        self.errors.close()


class Run:
    """A conversation: which links the probe has to open, and what happens on each."""

    name = ""
    compression = "zlib-stream"  # or none, or payload
    secure = False
    shard = [0, 1]
    probe_arguments = ()

    def __init__(self, ledger, secrets, probe, directory, seed):
        self.ledger = ledger
        self.check = ledger.check
        self.secrets = secrets
        self.probe = probe
        self.directory = directory
        self.printed = os.path.join(directory, "printed")
        self.seed = seed
        self.rng = random.Random(seed)
        self.token = secrets.make(self.rng)
        self.sessions = []
        self.links = []
        self.log = Log()
        self.ports = {}
        self.over = asyncio.get_running_loop().create_future()

    def script(self):
        """The links to come: port and what happens there."""
        raise NotImplementedError

    def url(self, where):
        return f"wss://localhost:{self.ports[where]}" if self.secure else f"ws://{HOST}:{self.ports[where]}"

    def tls(self):
        if not self.secure:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*(os.path.join(self.directory, name) for name in (CERTIFICATE, "key.pem")))
        return context

    async def play(self):
        print(f"{self.name}: seed {self.seed}", flush=True)
        self.steps = self.script()
        self.client = Probe(self, *self.probe_arguments)
        Protocol.rng = random.Random(self.seed + 1)
        servers = []
        try:
            for where in ("main", "resume"):
                server = await serve(self.handler(where), HOST, 0, create_protocol=Protocol, compression=None,
                                     ping_interval=None, close_timeout=5, max_size=1 << 20, ssl=self.tls())
                servers.append(server)
                self.ports[where] = server.sockets[0].getsockname()[1]
            await self.client.start()
            await asyncio.wait_for(self.over, RUN_S)
            await self.client.ended()
            self.judge()
        except (Surprise, asyncio.TimeoutError) as surprise:
            self.check(False, f"{self.name}: the run comes to its end", str(surprise) or "no end")
            code = await self.client.leave()
            print(f"  the probe told of {self.log.disconnects} and ended with {code}", flush=True)
            self.compare_dispatches()
        finally:
            await self.client.kill()
            for server in servers:
                server.close()
                await server.wait_closed()

    def handler(self, where):
        async def handle(ws):
            if self.over.done():
                return self.check(False, "no link is opened after the last", where)
            link = Link(self, ws, where)
            self.links.append(link)
            number = len(self.links)
            listening = asyncio.create_task(link.listen())
            try:
                await self.step(link)
                await asyncio.wait_for(listening, STEP_S)
                link.sum_up()
                if not self.steps:
                    self.over.set_result(None)
            except BaseException as failure:  # the run ends with it, the reason is told there
                listening.cancel()
                if not self.over.done():
                    self.over.set_exception(Surprise(f"link {number}: {type(failure).__name__}: {failure}"))
        return handle

    async def step(self, link):
        if not self.steps:
            raise Surprise("a link too many")
        where, act = self.steps.pop(0)
        print(f" link {len(self.links)} on the {link.where} port: {act.__doc__}", flush=True)
        self.check(link.where == where, "GW-RES-2, GW-ID-22: it comes to the right port", link.where)
        self.check_request(link)
        await act(link)

    def check_request(self, link):
        target = urllib.parse.urlsplit(link.ws.path)
        query = sorted(urllib.parse.parse_qsl(target.query))
        expected = [("compress", "zlib-stream")] * (self.compression == "zlib-stream") + [("encoding", "json"), ("v", "10")]
        self.check((target.path, query) == ("/", expected), "GW-URL-1, GW-URL-6: the query of every link", query)
        offered = link.ws.request_headers.get("Sec-WebSocket-Extensions")
        self.check(offered is None, "GW-CONN-13: no extension is offered", offered)

    # Parts that links are made of.

    async def identified(self, link, beat_ms, beats_before_ready=0):
        await link.hello(beat_ms)
        d = await link.shaken(2)
        self.check(d.get("token") == self.token, "GW-ID-1, GW-RES-20: Identify carries the bare token")
        self.check(d.get("intents") == INTENTS, "GW-INT-1: and the intents", d.get("intents"))
        self.check(d.get("shard") == self.shard, "GW-ID-10: and the shard", d.get("shard"))
        properties = d.get("properties")
        well = isinstance(properties, dict) and set(properties) == {"os", "browser", "device"}
        self.check(well and all(properties.values()), "GW-ID-6: and the properties", properties)
        allowed = {"token", "intents", "properties", "shard", "large_threshold", "presence"}
        wanted = True if self.compression == "payload" else None
        self.check(d.pop("compress", None) is wanted, "GW-ID-12, GW-ID-13: `compress` only where it is wanted", sorted(d))
        self.check(set(d) <= allowed, "GW-ID-1: and nothing else", sorted(d))
        await link.until(lambda: len(link.beats) >= beats_before_ready, "beats go on before READY")
        session = Session(self.secrets.make(self.rng))
        session.number = len(self.sessions)
        self.sessions.append(session)
        await link.ready(session, self.url("resume"))

    async def resume_asked(self, link, beat_ms):
        """Checks the Resume; gives the session and what the client has of it."""
        session = self.sessions[-1]
        link.session = session
        await link.hello(beat_ms)
        d = await link.shaken(6)
        self.check(set(d) == {"token", "session_id", "seq"}, "GW-RES-1: the shape of Resume", sorted(d))
        self.check(d.get("token") == self.token, "GW-RES-20: Resume carries the bare token")
        self.check(d.get("session_id") == session.id, "GW-RES-1: and the session's id")
        seq = d.get("seq")
        if not isinstance(seq, int) or not 1 <= seq <= session.last:
            raise Surprise(f"a sequence of {seq}, of 1 to {session.last}")
        return session, seq

    async def resumed(self, link, beat_ms):
        session, seq = await self.resume_asked(link, beat_ms)
        missed = session.last - seq
        await link.replay(session, seq)
        await link.settle()
        self.check(True, "GW-RES-8: what was missed is replayed", f"{missed} dispatches from {seq + 1} on")

    # What can be judged only in the end.

    def judge(self):
        self.check(len(self.log.starts) == len(self.links), "each link was told of", len(self.log.starts))
        for number, (link, (session, last)) in enumerate(zip(self.links, self.log.starts), start=1):
            op, d, _ = link.handshake.result()
            if op == 6:
                same = self.sessions[session].id == d["session_id"] and last == d["seq"]
                self.check(same, f"INV-4, INV-18: link {number} resumes behind the last dispatch that was delivered",
                           f"seq {d['seq']}, delivered {last}")
        self.compare_dispatches()
        self.check(not self.log.odd, "the probe found nothing odd in what it was sent", self.log.odd[:3])
        identifies = [at for op, _, at in (link.handshake.result() for link in self.links) if op == 2]
        gaps = [later - earlier for earlier, later in zip(identifies, identifies[1:])]
        self.check(all(gap >= 4.9 for gap in gaps), "INV-14: 5 s between Identifies", [f"{gap:.1f} s" for gap in gaps])

    def compare_dispatches(self):
        self.check(len(self.log.sessions) == len(self.sessions), "each READY was delivered once",
                   len(self.log.sessions))
        for session, printed in zip(self.sessions, self.log.sessions):
            expected = list(session.expected())
            first = next((index for index, (got, want) in enumerate(zip(printed, expected)) if got != want), None)
            saw = f"{len(printed)} of {len(expected)} dispatches, {sum(item[2] for item in printed):,} bytes of data"
            if first is not None:
                saw += f"; the first that differs is {printed[first]} for {expected[first]}"
            self.check(printed == expected, "GW-DISP-9: nothing lost, nothing twice, all in order, byte for byte", saw)


class TheLongRun(Run):
    """10,000 dispatches over TLS and zlib-stream in one session, through four losses of the link."""

    name = "the long run"
    secure = True
    disconnects = [("LostLink", "Resume"), ("LostLink", "Resume"), ("AskedToReconnect", "Resume"),
                   ("InvalidSession", "Identify"), ("LocalStop", "Nothing")]

    def script(self):
        return [("main", self.dropped_link), ("resume", self.dropped_replay), ("resume", self.asked_to_reconnect),
                ("resume", self.invalid_session), ("main", self.clean_stop)]

    async def dropped_link(self, link):
        """Identify, READY, dispatches; the link ends in the middle of one"""
        await self.identified(link, BUSY_BEAT_MS)
        await link.stream(3_000)
        link.ws.transport.die_after(self.rng.randrange(20_000, 60_000), reset=False)
        await link.stream(1_000)
        self.check(link.ws.transport.dead, "the link was dropped in mid-stream", f"at most {link.session.last} sent")

    async def dropped_replay(self, link):
        """Resume; the link is reset in the middle of the replay"""
        session, seq = await self.resume_asked(link, BUSY_BEAT_MS)
        link.ws.transport.die_after(self.rng.randrange(5_000, 20_000), reset=True)
        whole = await link.replay(session, seq)
        self.check(not whole, "the link was reset in mid-replay", f"asked from {seq + 1} to {session.last}")

    async def asked_to_reconnect(self, link):
        """Resume, replay, dispatches; op 7 with more behind it"""
        await self.resumed(link, BUSY_BEAT_MS)
        await link.stream(3_000)
        await link.until(lambda: len(link.beats) >= 3, "beats go on")
        await link.send(envelope(self.rng, 7))
        try:
            await link.stream(200)
        except (ConnectionClosed, InvalidState):
            pass  # the client may well have closed by now: what it missed it asks for
        await link.closed(4900, "GW-RECON-2, LOCAL-5: op 7 makes it close so that it can resume")

    async def invalid_session(self, link):
        """Resume, dispatches up to 10,000, op 1 asked for, commands; op 9 false"""
        await self.resumed(link, SELDOM_MS)
        await link.stream(10_000 - link.session.last)
        await link.settle()
        before = len(link.beats)
        for _ in range(4):
            await link.send(envelope(self.rng, 1, "null"))
        await link.until(lambda: len(link.beats) >= before + 4, "op 1 is answered")
        answers = [d for _, d in link.beats[before:]]
        self.check(set(answers) == {link.session.last} and len(answers) <= 5,
                   "GW-HB-18, INV-7: each op 1 is answered by one, with the last number", answers)
        await self.check_commands(link)
        await link.send(envelope(self.rng, 9, "false"))
        await link.closed(1000, "GW-INV-5: op 9 false makes it close")

    async def check_commands(self, link):
        self.client.say("presence")
        presence = await asyncio.wait_for(link.commands.get(), STEP_S)
        expected = {"op": 3, "d": {"since": None, "activities": [], "status": "idle", "afk": False}}
        self.check(presence == expected, "GW-PRES-1: a presence goes out with all four keys", presence)
        self.client.say("members")
        members = await asyncio.wait_for(link.commands.get(), STEP_S)
        d = members["d"]
        well = members["op"] == 8 and isinstance(d["guild_id"], str) and d["query"] == "" and d["limit"] == 0
        self.check(well, "GW-RGM-1: a request for the members of a guild goes out", members)

    async def clean_stop(self, link):
        """A new Identify, READY late, a new session; a clean stop"""
        waited = link.opened_at - self.links[-2].ended_at
        self.check(waited >= 0.9, "GW-INV-6: at least 1 s between op 9 and the next link", f"{waited:.1f} s")
        await self.identified(link, BEAT_MS, beats_before_ready=2)
        self.check([d for _, d in link.beats[:2]] == [None] * 2, "GW-RES-13: beats before READY carry null")
        await link.stream(100)
        await link.settle()
        self.client.say("stop end")
        await link.closed(1000, "GW-DISC-4: a stop for good closes with 1000")

    def judge(self):
        super().judge()
        self.check(self.log.disconnects == self.disconnects, "each end was told for what it was", self.log.disconnects)
        first = self.log.delays_ms[0]
        self.check(first == 0, "GW-RES-19, LOCAL-2: the first loss is answered at once", f"{first} ms")
        self.check(self.log.finishes == [("Ended", 0)], "the stop ended the session", self.log.finishes)
        self.check(self.sessions[0].last >= 10_000, "the session had 10,000 dispatches", self.sessions[0].last)


class TheKeptSession(Run):
    """Without compression: op 9 true, a zombie, a session kept and resumed by another process, a fatal close."""

    name = "the kept session"
    compression = "none"
    shard = [3, 16]
    disconnects = [("InvalidSession", "Resume"), ("Zombie", "Resume"), ("LocalStop", "Nothing"),
                   ("LocalReconnect", "Resume"), ("ClosedByPeer", "Nothing")]

    @property
    def probe_arguments(self):
        return ("--shard", "3/16", "--resume-file", os.path.join(self.directory, "session"))

    def script(self):
        return [("main", self.resumable_session), ("resume", self.silence), ("resume", self.kept),
                ("resume", self.again), ("resume", self.fatal)]

    async def resumable_session(self, link):
        """Identify with a shard, READY, dispatches; op 9 true"""
        await self.identified(link, BEAT_MS)
        await link.stream(1_000)
        await link.send(envelope(self.rng, 9, "true"))
        await link.closed(4905, "GW-INV-3, GW-INV-15: op 9 true makes it close so that it can resume")

    async def silence(self, link):
        """Resume, dispatches; beats are no longer acknowledged"""
        waited = link.opened_at - self.links[-2].ended_at
        self.check(waited >= 0.9, "GW-INV-6: at least 1 s between op 9 and the next link", f"{waited:.1f} s")
        await self.resumed(link, BEAT_MS)
        await link.stream(500)
        await link.settle()
        await link.until(lambda: len(link.beats) >= 2, "beats go on")
        link.acking = False
        silent_from, beats = time.monotonic(), len(link.beats)
        await link.closed(4901, "GW-HB-14, GW-HB-15: two beats without an ACK between them end the link")
        waited = time.monotonic() - silent_from
        self.check(len(link.beats) == beats + 1 and waited <= 2 * BEAT_MS / 1000 + SLACK_S,
                   "GW-HB-14: the second beat is not sent", f"{len(link.beats) - beats} beats in {waited:.1f} s")

    async def kept(self, link):
        """Resume, dispatches; a stop that keeps the session"""
        await self.resumed(link, BEAT_MS)
        await link.stream(500)
        await link.settle()
        self.client.say("session")
        await until(lambda: self.log.answers, "the probe tells of its session")
        self.check(self.log.answers[-1] == {"held": True, "sequence": link.session.last},
                   "GW-READY-2: the session at hand", self.log.answers[-1])
        self.client.say("stop keep")
        await link.closed(4906, "GW-DISC-3: a stop that keeps the session does not close with 1000")
        await self.client.ended()
        self.check(self.log.finishes == [("Kept", 0)], "the session was kept", self.log.finishes)
        for _ in range(100):
            link.session.add("MESSAGE_CREATE", some_data(self.rng, link.session.last + 1))
        await self.client.kill()
        await self.client.start()

    async def again(self, link):
        """Another process resumes; a reconnect of its own will"""
        await self.resumed(link, BEAT_MS)
        await link.stream(100)
        await link.settle()
        self.client.say("reconnect")
        await link.closed(4900, "GW-DISC-3: a reconnect closes so that it can resume")

    async def fatal(self, link):
        """Resume, dispatches; a close that forbids another link"""
        await self.resumed(link, BEAT_MS)
        await link.stream(100)
        await link.settle()
        await link.ws.close(4004)

    def judge(self):
        super().judge()
        self.check(self.log.disconnects == self.disconnects, "each end was told for what it was", self.log.disconnects)
        self.check(self.log.finishes[1:] == [("Fatal", 4004)], "INV-9: a fatal close is the end", self.log.finishes)


class TheCompressedPayloads(Run):
    """Payload compression: every other payload alone, the others plain, before a loss and behind it."""

    name = "the compressed payloads"
    compression = "payload"
    secure = True
    disconnects = [("LostLink", "Resume"), ("LocalStop", "Nothing")]

    def script(self):
        return [("main", self.dropped_link), ("resume", self.clean_stop)]

    async def dropped_link(self, link):
        """Identify with compress, READY, dispatches; the link ends in the middle of one"""
        await self.identified(link, BUSY_BEAT_MS)
        await link.stream(1_000)
        link.ws.transport.die_after(self.rng.randrange(5_000, 20_000), reset=False)
        await link.stream(500)
        self.check(link.ws.transport.dead, "the link was dropped in mid-stream", f"at most {link.session.last} sent")

    async def clean_stop(self, link):
        """Resume, which does not ask, replay, dispatches; a clean stop"""
        await self.resumed(link, BEAT_MS)
        await link.stream(500)
        await link.settle()
        self.client.say("stop end")
        await link.closed(1000, "GW-DISC-4: a stop for good closes with 1000")

    def judge(self):
        super().judge()
        self.check(self.log.disconnects == self.disconnects, "each end was told for what it was", self.log.disconnects)


async def main(probe, directory):
    os.makedirs(os.path.join(directory, "printed"), exist_ok=True)
    ledger = Ledger()
    secrets = Secrets(os.path.join(directory, "secrets"))
    for seed, run in ((20260806, TheLongRun), (20260807, TheKeptSession),
                      (20261125, TheCompressedPayloads)):
        started_at = time.monotonic()
        await run(ledger, secrets, probe, directory, seed).play()
        print(f" {time.monotonic() - started_at:.1f} s", flush=True)
    print(f"{ledger.checks} checks, {ledger.violations} violations", flush=True)
    return 1 if ledger.violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(os.path.abspath(sys.argv[1]), sys.argv[2])))
