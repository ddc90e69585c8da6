#!/usr/bin/python3 -I
"""A small client of the gateway that keeps the rules, and that can be told to break one of them.

Usage: client.py [--bug NAME] [--list]

PORTCULLIS_TOKEN is the bot's token. PORTCULLIS_API, if set, is asked for /gateway/bot; else PORTCULLIS_URL is dialled,
with one shard. PORTCULLIS_CA names the certificate to trust. The bug may also come in BUG; bugs.json tells of each, and
here each is an `if self.bug == "..."` where a library had it. COMPRESS=zlib-stream asks for compression, WORK=voice:130
gives commands to send after READY: kinds are presence, voice and members. The times, in seconds, are those of `Times`
unless the environment has others, by the same names in upper case.

Ends with 0 after SIGTERM or SIGINT, with 1 when the gateway forbids another try.
"""

import asyncio
import collections
import json
import math
import os
import random
import re
import signal
import ssl
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

import wsproto
from wsproto import events
from wsproto.connection import ConnectionState

GUILDS, GUILD_MESSAGES = 1 << 0, 1 << 9
FATAL = {4004: "the token is wrong", 4010: "the shard is invalid", 4011: "sharding is required",
         4012: "the version is invalid", 4013: "the intents are invalid", 4014: "the intents are not allowed"}
ENDS_SESSION = {4001, 4003, 4005, 4006, 4007, 4009}
RECONNECT, ZOMBIE, UNDECODABLE, TOO_LATE, INVALID = 4900, 4901, 4902, 4903, 4905  # our codes: they keep the session
SUFFIX = b"\x00\x00\xff\xff"
PAYLOAD_BYTES_MAX = 4096
MESSAGE_BYTES_MAX = 64 << 20
SENDS_MAX, SENDS_WINDOW_S = 120, 60.0
PRESENCES_MAX, PRESENCES_WINDOW_S = 5, 20.0
RESUMES_MAX, DIALS_MAX = 5, 2
BUGS_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bugs.json")


class Times:
    hello_timeout = 20.0  # from dialling
    ready_timeout = 60.0
    close_timeout = 5.0
    backoff_first = 1.0
    backoff_max = 60.0
    stable = 60.0  # a link that lived so long ends the back-off
    identify_spacing = 5.1
    invalid_wait_min, invalid_wait_max = 1.0, 5.0

    def __init__(self):
        for name in [name for name in vars(Times) if not name.startswith("_")]:
            setattr(self, name, float(os.environ.get(name.upper(), getattr(self, name))))


class Fatal(Exception):
    """Another try would not help."""


class Undecodable(Exception):
    """What came is no payload."""


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def masked_frame(first_byte, payload):
    """A frame as the library would not make it. The mask is zero, so the payload stays as it is."""
    size = len(payload)
    head = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return bytes([first_byte]) + head + b"\0\0\0\0" + payload


def is_whole(text):
    """Whether all that was opened in a JSON text has been closed."""
    bare = re.sub(r'"(\\.|[^"\\])*"', "", text)
    return '"' not in bare and sum(map(bare.count, "{[")) == sum(map(bare.count, "}]"))


class Bot:
    """What the shards share: the answer of /gateway/bot, and the turns to identify."""

    def __init__(self, bug):
        self.bug = bug
        self.times = Times()
        self.token = os.environ["PORTCULLIS_TOKEN"]
        self.api = os.environ.get("PORTCULLIS_API")
        self.url = os.environ.get("PORTCULLIS_URL")
        self.shard_count = self.max_concurrency = 1
        self.remaining, self.reset_at = math.inf, 0.0
        self.identified_at = {}  # the last Identify, by key
        self.begun = set()  # shards that have identified once
        ca = os.environ.get("PORTCULLIS_CA")
        self.tls = ssl.create_default_context(cafile=ca or None)
        self.stop = asyncio.Event()

    async def run(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
        if self.api:
            await self.discover()
        order = list(range(self.shard_count))
        if self.bug == "shards-backwards":
            order.reverse()
        shards = [asyncio.create_task(Shard(self, number).run()) for number in order if not self.stop.is_set()]
        done, running = await asyncio.wait(shards, return_when=asyncio.FIRST_EXCEPTION) if shards else ((), ())
        self.stop.set()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done:
            task.result()

    async def discover(self):
        """Asks until there is an answer."""
        wait = self.times.backoff_first
        while not self.stop.is_set():
            try:
                answer = await asyncio.to_thread(self.ask)
                limit = answer["session_start_limit"]
                self.url, self.shard_count = answer["url"], answer["shards"]
                self.max_concurrency, self.remaining = limit["max_concurrency"], limit["remaining"]
                self.reset_at = time.monotonic() + limit["reset_after"] / 1000
                return
            except urllib.error.HTTPError as error:
                if error.code == 401 and self.bug != "unauthorized-retried":
                    raise Fatal("GET /gateway/bot was refused: the token is wrong") from error
                say(f"GET /gateway/bot gave {error.code}")
                wait = max(wait, seconds(error.headers.get("Retry-After")))
            except (OSError, ValueError, KeyError, TypeError) as error:
                say(f"GET /gateway/bot failed: {type(error).__name__}")
            await self.pause(wait * random.uniform(0.75, 1))
            wait = min(wait * 2, self.times.backoff_max)

    def ask(self):
        headers = {"Authorization": "Bot " + self.token, "User-Agent": "DiscordBot (https://example.com/bot, 1.0)"}
        if self.bug == "token-in-log":
            say(f"asking with {headers}")
        if self.bug == "authorization-missing":
            del headers["Authorization"]
        if self.bug == "authorization-without-bot":
            headers["Authorization"] = self.token
        if self.bug == "user-agent-missing":
            headers["User-Agent"] = "python"
        tls = self.tls if self.api.startswith("https") else None
        request = urllib.request.Request(self.api + "/v10/gateway/bot", headers=headers)
        with urllib.request.urlopen(request, timeout=self.times.hello_timeout, context=tls) as answer:
            return json.load(answer)

    def turn(self, shard):
        """How long a shard has to wait before it may identify: by its key, by the order of buckets, by the day."""
        now = time.monotonic()
        if self.bug == "identify-storm":
            return 0.0
        first_of_bucket = shard - shard % self.max_concurrency
        if self.bug != "shards-backwards" and not self.begun.issuperset(range(first_of_bucket)):
            return 0.05
        if self.remaining < 1 and now < self.reset_at and self.bug != "daily-limit-ignored":
            return self.reset_at - now
        last = self.identified_at.get(shard % self.max_concurrency, -math.inf)
        return max(0.0, last + self.times.identify_spacing - now)

    def take_turn(self, shard):
        self.identified_at[shard % self.max_concurrency] = time.monotonic()
        self.begun.add(shard)
        self.remaining -= 1

    async def pause(self, duration):
        """Ends early when the bot is stopped."""
        try:
            await asyncio.wait_for(self.stop.wait(), None if duration == math.inf else duration)
        except asyncio.TimeoutError:
            pass


def seconds(text):
    """Of a Retry-After field, which may be missing, or a date."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


async def let_go(writer):
    """Ends a transport. What it can't send within a second is dropped."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), 1)
    except asyncio.TimeoutError:
        writer.transport.abort()
    except OSError:
        pass


class Shard:
    """One shard: a session, and one link at a time."""

    def __init__(self, bot, number):
        self.bot = bot
        self.bug = bot.bug
        self.times = bot.times
        self.number = number
        self.compress = os.environ.get("COMPRESS")
        # The session. It outlives a link.
        self.session = None  # (id, URL)
        self.last_resume_url = None
        self.seq = None
        self.beat_seq = None  # the number in the last beat
        self.resumes = 0  # in a row, without success
        # What the links before have left.
        self.failures = 0
        self.dials = 0  # failed, in a row
        self.wait = 0.0  # asked for before the next link
        self.inflater = None
        self.due = {}  # what has to happen when
        self.interval = None
        self.parting = set()  # tasks that end links behind our back
        self.kept_open = []  # links that a bug has left behind
        self.work = []
        self.last_command = None  # of this link
        self.refused = []  # commands that must not be sent again
        self.presences_at = collections.deque()

    # From link to link

    async def run(self):
        while not self.bot.stop.is_set():
            if not self.session:
                await self.wait_for_turn()
            if not self.bot.stop.is_set():
                await self.link()
            if not self.bot.stop.is_set():
                await self.bot.pause(self.delay())

    async def wait_for_turn(self):
        while not self.bot.stop.is_set() and (wait := self.bot.turn(self.number)):
            await self.bot.pause(wait)

    def delay(self):
        """How long to wait before the next link. The first loss of a good one is made good at once."""
        now = time.monotonic()
        asked, self.wait = self.wait, 0.0
        if self.live_at is not None and now - self.live_at >= self.times.stable:
            self.failures = 0
        grown = min(self.times.backoff_max, self.times.backoff_first * 2 ** min(self.failures, 16))
        if self.failures == 0 and self.live_at is not None:
            grown = 0.0
        self.failures += 1
        if self.bug == "reconnect-without-backoff":
            return asked
        return max(asked, grown * random.uniform(0.75, 1))

    def target(self):
        """The URL for the next link: where the session is, or the main one."""
        base = self.session[1] if self.session else self.bot.url
        if self.bug == "resume-at-main-url":
            base = self.bot.url
        if not self.session and self.bug == "identify-at-resume-url" and self.last_resume_url:
            base = self.last_resume_url
        url = urllib.parse.urlsplit(base)
        wanted = {"v": "10", "encoding": "json"} | ({"compress": self.compress} if self.compress else {})
        if self.bug == "version-missing":
            del wanted["v"]
        if self.bug == "version-5":
            wanted["v"] = "5"
        if self.session and self.bug == "resume-without-query":
            wanted = {}
        if self.session and self.bug == "resume-changes-version":
            wanted["v"] = "9"
        if self.session and self.bug == "resume-changes-compress":
            wanted.pop("compress", None)
        kept = [(key, value) for key, value in urllib.parse.parse_qsl(url.query) if key not in wanted]
        if self.bug == "query-appended-blindly" and url.query:
            return url._replace(path=url.path or "/", query=f"{url.query}?{urllib.parse.urlencode(wanted)}")
        return url._replace(path=url.path or "/", query=urllib.parse.urlencode(kept + list(wanted.items())))

    def forget_session(self):
        if self.session:
            self.last_resume_url = self.session[1]
        self.session = None
        self.resumes = 0
        if self.bug != "beats-with-old-seq":
            self.seq = None

    # One link

    async def link(self):
        """Dials, and stays until the link is over."""
        self.ws = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.writer = None
        self.upgraded = self.closing = self.over = False
        self.state = "dialling"  # then hello, identify or resume, live
        self.live_at = None
        self.acked = True
        self.parts, self.parts_bytes = [], 0
        self.text, self.tail = "", b""
        self.asked_to_leave = False
        self.sent_at = collections.deque()
        self.last_command = None
        if self.bug != "same-inflater-after-reconnect" or not self.inflater:
            self.inflater = zlib.decompressobj()
        if self.bug != "old-timer-on-new-link":
            self.due = {}
        else:
            self.due = {name: when for name, when in self.due.items() if name == "beat"}
        self.due["hello"] = time.monotonic() + self.times.hello_timeout
        if self.bug == "stuck-without-hello":
            del self.due["hello"]
        self.resuming = bool(self.session)
        if not self.resuming and self.bug != "beats-with-old-seq":
            self.seq = None
        url = self.target()
        say(f"shard {self.number}: dials {url.scheme}://{url.netloc}")
        if await self.dial(url):
            await self.play()
        self.dials = 0 if self.upgraded else self.dials + 1
        if not self.upgraded and self.bug == "gives-up-when-refused":
            raise Fatal("the upgrade was refused")
        if self.resuming and self.dials >= DIALS_MAX and self.bug != "no-way-back-to-main-url":
            self.forget_session()  # and so back to the main URL
        if self.writer:
            self.parting.add(task := asyncio.create_task(let_go(self.writer)))
            task.add_done_callback(self.parting.discard)
        if self.resuming and self.state != "live":
            self.count_resume()

    def count_resume(self):
        self.resumes += 1
        if self.resumes >= RESUMES_MAX:
            say(f"shard {self.number}: {RESUMES_MAX} attempts to resume came to nothing")
            self.forget_session()

    async def dial(self, url):
        secure = url.scheme == "wss"
        dialling = asyncio.create_task(asyncio.open_connection(
            url.hostname, url.port or (443 if secure else 80), ssl=self.bot.tls if secure else None))
        stopping = asyncio.create_task(self.bot.stop.wait())
        await asyncio.wait({dialling, stopping}, timeout=self.times.hello_timeout, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not dialling.done():
            dialling.cancel()
            return False
        if error := dialling.exception():
            say(f"shard {self.number}: {type(error).__name__}")
            return False
        self.reader, self.writer = dialling.result()
        self.writer.write(self.ws.send(events.Request(host=url.netloc, target=f"{url.path}?{url.query}")))
        return True

    async def play(self):
        """Reads what comes and minds the time until the link is over. What has come is read before time passes."""
        reading = asyncio.create_task(self.reader.read(1 << 16))
        stopping = asyncio.create_task(self.bot.stop.wait())
        while not self.over:
            timeout = max(0.0, min(self.due.values(), default=math.inf) - time.monotonic())
            waiting = {reading} if stopping.done() else {reading, stopping}
            await asyncio.wait(waiting, timeout=None if timeout == math.inf else timeout,
                               return_when=asyncio.FIRST_COMPLETED)
            if stopping.done() and not self.closing:
                self.leave_for_good()
            if reading.done():
                self.received(reading.result() if not reading.exception() else b"")
                reading = asyncio.create_task(self.reader.read(1 << 16))
            self.pass_time()
        stopping.cancel()
        if self.bug == "two-links-on-op7" and self.asked_to_leave:
            self.kept_open.append((reading, self.reader, self.writer))  # nobody closes it any more
            reading.add_done_callback(lambda read: read.cancelled() or read.exception())
            self.writer = None
            return
        reading.cancel()

    def pass_time(self):
        now = time.monotonic()
        for name in [name for name, when in self.due.items() if when <= now]:
            if not self.over and self.due.get(name, math.inf) <= now:
                del self.due[name]
                getattr(self, f"{name}_is_due")()

    def end(self, why):
        if not self.over:
            say(f"shard {self.number}: {why}")
        self.over = True

    # WebSocket

    def received(self, data):
        if not data:
            return self.lost()
        try:
            self.ws.receive_data(data)
            for event in self.ws.events():
                if not self.over:
                    self.on_event(event)
        except wsproto.utilities.RemoteProtocolError:
            self.end("the upgrade was answered with something else")
        except (Undecodable, ValueError, RecursionError, zlib.error) as error:
            self.on_undecodable(error)

    def lost(self):
        self.end("the link was lost")
        if self.bug == "identify-after-lost-link" and not self.closing:
            self.forget_session()

    def on_undecodable(self, error):
        say(f"shard {self.number}: undecodable: {type(error).__name__}")
        if self.bug == "crash-on-bad-payload":
            raise error
        if self.bug == "close-1000-on-bad-payload":
            return self.close(1000)
        self.close(UNDECODABLE)

    def on_event(self, event):
        if isinstance(event, events.AcceptConnection):
            self.on_upgraded()
        elif isinstance(event, events.RejectConnection):
            fields = dict(event.headers)
            self.wait = max(self.wait, seconds(fields.get(b"retry-after", b"").decode("latin-1")))
            self.end(f"the upgrade was refused with {event.status_code}")
        elif isinstance(event, events.Ping):
            self.on_ping(event)
        elif isinstance(event, events.CloseConnection):
            self.on_close(event)
        elif isinstance(event, (events.TextMessage, events.BytesMessage)):
            self.on_part(event)

    def on_upgraded(self):
        self.upgraded = True
        self.state = "hello"
        if self.bug == "command-before-identify":
            self.send(3, presence())

    def on_ping(self, ping):
        if self.bug == "no-pong" or self.closing:
            return
        self.write(self.ws.send(ping.response()))

    def on_close(self, close):
        code = int(close.code)
        if self.ws.connection.state is ConnectionState.OPEN:  # the peer broke a rule of WebSocket
            if self.bug == "crash-on-broken-frame":
                raise RuntimeError("a frame that must not be")
            return self.close(code)
        if not self.closing:
            self.write(self.ws.send(close.response()))
            self.on_code(code)
        self.end(f"closed with {code}")

    def on_part(self, event):
        """A part of a message. They are joined; compressed ones go on from message to message."""
        data = event.data if isinstance(event.data, str) else bytes(event.data)
        self.parts_bytes += len(data)
        if self.bug == "crash-on-big-frame" and self.parts_bytes > 1 << 20:
            raise RuntimeError("a message of more than a mebibyte")
        if self.parts_bytes > MESSAGE_BYTES_MAX:
            raise Undecodable("too large")
        self.parts.append(data)
        if self.bug == "fragments-not-joined" and not event.message_finished and event.frame_finished:
            self.parts, self.parts_bytes = [], 0
            return
        if not event.message_finished:
            return
        message = "".join(self.parts) if isinstance(data, str) else b"".join(self.parts)
        self.parts, self.parts_bytes = [], 0
        if isinstance(message, bytes) and self.compress:
            message = self.inflate(message)
        if message is not None:
            self.on_message(message if isinstance(message, str) else message.decode())

    def inflate(self, message):
        """Gives the payload once it is complete. The bytes that end one can also stand in the middle of one."""
        inflated = self.inflater.decompress(message, MESSAGE_BYTES_MAX)
        if self.inflater.unconsumed_tail:
            raise Undecodable("too large")
        self.text += inflated.decode("utf-8", "surrogateescape")
        self.tail = (self.tail + message)[-4:]
        if len(self.text) > MESSAGE_BYTES_MAX:
            raise Undecodable("too large")
        if self.tail != SUFFIX or not is_whole(self.text):
            return None
        whole, self.text = self.text, ""
        return whole.encode("utf-8", "surrogateescape")

    def write(self, data):
        if self.writer and not self.writer.is_closing():
            self.writer.write(data)

    # Closing

    def close(self, code):
        """Sends a Close and goes on reading until the peer's has come, but not for long."""
        if self.closing or self.over:
            return
        if not self.upgraded:
            return self.end("given up before the upgrade")
        say(f"shard {self.number}: closes with {code}")
        if self.bug == "close-code-1005-on-wire":
            self.write(masked_frame(0x88, struct.pack(">H", 1005)))
            self.closing = True
        else:
            self.write(self.ws.send(events.CloseConnection(code=code)))
            self.closing = True
        kept = {"beat": self.due["beat"]} if self.bug == "beat-after-close" and "beat" in self.due else {}
        self.due = kept | {"close": time.monotonic() + self.times.close_timeout}

    def close_is_due(self):
        self.end("the peer does not answer the Close")

    def leave_for_good(self):
        if self.bug == "no-close-on-stop":
            return self.end("stopped")
        if self.bug == "close-4000-on-stop":
            return self.close(4000)
        self.close(1000)

    def on_code(self, code):
        """The peer closed with a code; 1005 and 1006 stand for none."""
        if code in FATAL and self.bug != "fatal-code-retried":
            raise Fatal(f"the gateway closed with {code}: {FATAL[code]}")
        if code == 4000 and self.bug == "no-reconnect-after-4000":
            self.wait = math.inf
        if code not in (1000, 1001) and not 4000 <= code <= 4014 and self.bug == "unknown-code-fatal":
            raise Fatal(f"the gateway closed with {code}")
        if code in (4001, 4002) and self.last_command and self.bug != "refused-command-again":
            self.refused.append(self.last_command)
        if code == 4007 and self.bug == "resume-after-4007":
            return
        if code == 4009 and self.bug == "resume-after-4009":
            return
        if code == 4008 and self.bug == "identify-after-4008":
            return self.forget_session()
        if code in ENDS_SESSION:
            self.forget_session()

    # Payloads

    def on_message(self, text):
        payload = json.loads(text)
        if not isinstance(payload, dict) or type(payload.get("op")) is not int:
            raise Undecodable("no op")
        op, data = payload["op"], payload.get("d")
        if self.bug == "crash-on-absent-keys":
            data = payload["d"]
        if op == 0:
            self.on_dispatch(payload.get("t"), payload.get("s"), data)
        elif op == 11:
            self.acked = True
        elif self.closing:
            return  # nothing else counts now
        elif op == 1:
            self.on_beat_asked()
        elif op == 7:
            self.on_reconnect()
        elif op == 9:
            self.on_invalid(data is True if self.bug != "op9-data-as-truth" else data not in (False, None))
        elif op == 10:
            self.on_hello(data)
        elif self.bug == "crash-on-unknown-op":
            raise RuntimeError(f"what is op {op}?")
        elif self.bug == "close-on-unknown-op":
            self.close(RECONNECT)

    def on_dispatch(self, name, seq, data):
        known = name in ("READY", "RESUMED", "MESSAGE_CREATE", "GUILD_CREATE")
        if not known and self.bug == "crash-on-unknown-event":
            raise RuntimeError("what event is that?")
        if name == "READY":
            self.seq = None  # a new session counts anew
        self.count(seq, known)
        if name == "READY" and isinstance(data, dict) and self.state != "hello":
            self.on_ready(data)
        elif name == "RESUMED" and self.state == "resume":
            self.resumes = 0
            self.go_live()

    def count(self, seq, known):
        if type(seq) is not int:
            return
        if not known and self.bug == "unknown-event-not-counted":
            return
        if self.state == "resume" and self.bug == "replay-not-counted":
            return
        if self.bug == "seq-in-32-bits":
            seq &= 0xFFFFFFFF
        if self.seq is None or seq > self.seq or self.bug == "moves-seq-back":
            self.seq = seq

    def on_ready(self, ready):
        name, url = ready.get("session_id"), ready.get("resume_gateway_url")
        self.session = None
        if isinstance(name, str) and self.may_dial(url) and self.seq is not None:
            self.session = (name, url)
            self.ready_seq = self.seq
        self.resumes = 0
        self.work = self.given_work(ready)
        self.go_live()
        if self.bug == "identify-twice":
            self.identify()

    def may_dial(self, text):
        """Whether it is a URL, and of a scheme that the token may be sent to."""
        try:
            url = urllib.parse.urlsplit(text)
            return bool(url.hostname) and url.port != 0 and url.scheme in ("wss", self.bot.url.partition(":")[0])
        except (ValueError, TypeError, AttributeError):
            return False

    def go_live(self):
        say(f"shard {self.number}: live")
        self.state = "live"
        self.live_at = time.monotonic()
        if not self.closing:
            self.due.pop("ready", None)
            self.due["work"] = 0.0
        if self.bug == "no-beats-before-ready" and not self.closing:
            self.due["beat"] = time.monotonic() + self.interval * random.random()

    # Hello, Identify, Resume

    def on_hello(self, data):
        interval = data.get("heartbeat_interval") if isinstance(data, dict) else None
        if type(interval) is not int or not 0 < interval < 1 << 53:
            if self.bug != "bad-interval-accepted":
                raise Undecodable("no interval")
            interval = 41_250
        if self.bug != "beat-old-interval" or not self.interval:
            self.interval = interval / 1000
        again = self.state != "hello"
        self.due.pop("hello", None)
        if self.bug != "no-beats":
            self.due["beat"] = time.monotonic() + interval / 1000 * random.random()
        if self.bug == "no-beats-before-ready":
            self.due.pop("beat", None)
        if self.bug == "first-beat-late":
            self.due["beat"] = time.monotonic() + self.interval * 2
        if not again:
            self.start_session()

    def start_session(self):
        if self.session:
            self.state = "resume"
            self.resume()
        else:
            self.state = "identify"
            self.due["identify"] = time.monotonic()
        self.due["ready"] = time.monotonic() + self.times.ready_timeout

    def identify_is_due(self):
        if wait := self.bot.turn(self.number):
            self.due["identify"] = time.monotonic() + wait
            self.due["ready"] = self.due["identify"] + self.times.ready_timeout
            return
        self.identify()

    def identify(self):
        data = {"token": self.bot.token, "intents": GUILDS | GUILD_MESSAGES,
                "properties": {"os": "linux", "browser": "plain", "device": "plain"},
                "shard": [self.number, self.bot.shard_count]}
        if self.bug == "intents-missing":
            del data["intents"]
        if self.bug == "bad-properties":
            data["properties"] = "linux"
        if self.bug == "dollar-properties":
            data["properties"] = {"$" + key: value for key, value in data["properties"].items()}
        if self.bug == "shard-out-of-range":
            data["shard"] = [self.number + 1, self.bot.shard_count]
        if self.bug == "large-threshold-out-of-range":
            data["large_threshold"] = 1000
        if self.bug == "compress-is-text":
            data["compress"] = "true"
        if self.bug == "two-compressions":
            data["compress"] = True
        if self.bug == "presence-in-identify-incomplete":
            data["presence"] = {"status": "online"}
        self.bot.take_turn(self.number)
        self.send(2, data)

    def resume(self):
        name, _ = self.session
        seq = self.seq
        if self.bug == "resume-stale-seq":
            seq = self.ready_seq
        if self.bug == "resume-seq-zero":
            seq = 0
        if self.bug == "resume-seq-missing":
            seq = None
        data = {"token": self.bot.token, "session_id": name, "seq": seq}
        if self.bug == "resume-token-prefixed":
            data["token"] = "Bot " + self.bot.token
        if self.bug == "resume-with-intents":
            data["intents"] = GUILDS | GUILD_MESSAGES
        self.send(6, data)
        if self.bug == "identify-after-resume":
            self.identify()
        if self.bug == "command-during-resume":
            self.send(3, presence())

    def hello_is_due(self):
        self.close(TOO_LATE)

    def ready_is_due(self):
        self.close(TOO_LATE)

    # Beats

    def beat_is_due(self):
        if not self.acked and self.bug != "no-zombie-detection":
            return self.on_zombie()
        self.acked = False
        self.beat()
        self.due["beat"] = time.monotonic() + self.interval * (1.5 if self.bug == "beat-too-late" else 1)

    def beat(self):
        seq = self.seq
        if seq is None and self.bug == "beat-zero":
            seq = 0
        if self.bug == "beat-null-always":
            seq = None
        if self.bug == "beat-stale-seq":
            seq = self.beat_seq
        self.beat_seq = self.seq
        if self.bug == "beat-in-map":
            seq = {"seq": seq}
        self.send(1, seq)

    def on_beat_asked(self):
        if self.bug == "no-answer-to-op1":
            return
        if self.bug == "answer-op1-with-op11":
            return self.send(11, None)
        if self.bug == "late-answer-to-op1":
            self.due["late_answer"] = time.monotonic() + 3
            return
        self.beat()

    def late_answer_is_due(self):
        self.beat()

    def on_zombie(self):
        """The peer will hardly answer a Close: nobody waits for it."""
        self.close(1000 if self.bug == "close-1000-on-zombie" else ZOMBIE)
        if self.bug == "zombie-waits-for-close":
            self.due["close"] = time.monotonic() + 15
            return
        if self.bug == "identify-after-zombie":
            self.forget_session()
        self.end("no beat was acknowledged")

    # Op 7 and op 9

    def on_reconnect(self):
        if self.bug == "ignore-op7" or (self.bug == "ignore-op7-before-hello" and self.state == "hello"):
            return
        if self.bug == "crash-on-op7-before-ready" and self.state != "live":
            raise RuntimeError("there is nothing to resume")
        if self.bug == "identify-on-op7":
            self.forget_session()
        if self.bug == "two-links-on-op7":
            self.asked_to_leave = True
            return self.end("asked to reconnect")
        self.close(1000 if self.bug == "close-1000-on-op7" else RECONNECT)

    def on_invalid(self, resumable):
        if self.bug == "command-after-op9":
            time.sleep(1.5)  # so late that the two cannot have crossed on the wire
            self.send(3, presence())
        if self.bug == "invalid-session-ignored":
            return
        if self.bug == "identify-on-op9-true" or (not resumable and self.bug != "resume-on-op9-false"):
            self.forget_session()
        self.wait = random.uniform(self.times.invalid_wait_min, self.times.invalid_wait_max)
        if self.bug == "identify-at-once-after-op9":
            self.wait = 0.0
            self.failures = 0
        self.close(1000 if self.bug == "close-1000-on-op9-true" else INVALID)

    # Commands

    def given_work(self, ready):
        kind, _, count = os.environ.get("WORK", "presence:1").partition(":")
        guilds = ready.get("guilds") if isinstance(ready.get("guilds"), list) else []
        guild = next((str(guild["id"]) for guild in guilds if isinstance(guild, dict) and "id" in guild), None)
        if kind == "presence":
            return [(3, presence("at work" if self.bug != "oversize-payload" else "long " * 1000))] * int(count or 1)
        if guild is None:
            return []
        if self.bug == "ids-as-numbers":
            guild = int(guild)
        if kind == "voice":
            move = {"guild_id": guild, "channel_id": None, "self_mute": False, "self_deaf": False}
            if self.bug == "voice-state-incomplete":
                del move["self_deaf"]
            return [(4, dict(move)) for _ in range(int(count or 1))]
        request = {"guild_id": guild, "query": "a", "limit": 10, "nonce": "1"}
        if self.bug == "members-without-query":
            del request["query"], request["limit"]
        if self.bug == "members-nonce-too-long":
            request["nonce"] = "1" * 33
        if self.bug == "members-of-a-list":
            request["guild_id"] = [guild]
        return [(8, dict(request)) for _ in range(int(count or 1))]

    def work_is_due(self):
        """Sends what the limits let through; the rest waits."""
        while self.work:
            op, data = self.work[0]
            if (op, data) in self.refused:
                self.work.pop(0)
                continue
            if wait := self.limited_for(op):
                self.due["work"] = time.monotonic() + wait
                return
            self.work.pop(0)
            if self.bug == "presence-incomplete" and op == 3:
                data = {"status": "online"}
            if self.bug == "presence-with-bad-status" and op == 3:
                data = presence() | {"status": "away"}
            if self.bug == "activity-without-type" and op == 3:
                data = presence() | {"activities": [{"name": "at work"}]}
            self.send(op, data)

    def limited_for(self, op):
        """How long a command has to wait. Beats keep their place in the budget."""
        now = time.monotonic()
        waits = [0.0]
        reserve = math.ceil(SENDS_WINDOW_S / (self.interval or SENDS_WINDOW_S)) + 2
        if self.bug != "rate-limit-ignored":
            waits.append(room_in(self.sent_at, max(1, SENDS_MAX - reserve), SENDS_WINDOW_S, now))
        if op == 3 and self.bug != "presence-limit-ignored":
            waits.append(room_in(self.presences_at, PRESENCES_MAX, PRESENCES_WINDOW_S, now))
        return max(waits)

    def send(self, op, data):
        payload = json.dumps({"op": op, "d": data}, separators=(",", ":"), ensure_ascii=False)
        size = len(payload.encode())
        if size > PAYLOAD_BYTES_MAX and self.bug != "oversize-payload":
            return say(f"shard {self.number}: op {op} of {size} bytes was not sent")
        if not self.upgraded or (self.closing and self.bug != "beat-after-close") or self.over:
            return
        now = time.monotonic()
        self.sent_at.append(now)
        if op not in (1, 2, 6):
            self.last_command = (op, data)
        if op == 3:
            self.presences_at.append(now)
        self.write(self.framed(payload))

    def framed(self, payload):
        if self.bug == "unmasked-frames":
            text = payload.encode()
            size = len(text)
            return b"\x81" + (bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size)) + text
        if self.closing:  # a bug wants it; the library would refuse
            return masked_frame(0x81, payload.encode())
        if self.bug == "json-in-binary":
            return self.ws.send(events.BytesMessage(data=payload.encode()))
        if self.bug == "compress-both-ways":
            return self.ws.send(events.BytesMessage(data=zlib.compress(payload.encode())))
        if self.bug == "encodes-latin-1":
            return masked_frame(0x81, payload.replace("plain", "pl\u00e4in").encode("latin-1"))
        return self.ws.send(events.TextMessage(data=payload))


def presence(name="at work"):
    return {"since": None, "activities": [{"name": name, "type": 0}], "status": "online", "afk": False}


def room_in(times, count_max, window, now):
    """How long until one more fits into a sliding window."""
    while times and times[0] <= now - window - 0.25:
        times.popleft()
    return times[-count_max] + window + 0.25 - now if len(times) >= count_max else 0.0


def known_bugs():
    with open(BUGS_FILE, encoding="utf-8") as file:
        return {bug["name"]: bug["about"] for bug in json.load(file)["bugs"]}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(f"{name:34}{about}" for name, about in known_bugs().items()))
        return 0
    bug = os.environ.get("BUG") or None
    if len(arguments) == 2 and arguments[0] == "--bug":
        bug = arguments[1]
    elif arguments:
        print(__doc__, file=sys.stderr)
        return 2
    if bug is not None and bug not in known_bugs():
        say(f"there is no bug {bug}; --list tells of those there are")
        return 2
    try:
        asyncio.run(run(bug))
    except Fatal as fatal:
        say(f"stopped for good: {fatal}")
        return 1
    return 0


async def run(bug):
    await Bot(bug).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
