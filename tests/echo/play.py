"""Plays the cases against both echo programs over raw sockets, then lets libraries and the programs themselves talk to
each other: play.py CLIENT SERVER. Every wait is bounded. Prints a line for each fault; exits 0 when there is none."""
import asyncio
import base64
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
import websockets  # noqa: E402
import wsproto  # noqa: E402
from wsproto import events  # noqa: E402

CLIENT, SERVER = sys.argv[1], sys.argv[2]
PATIENCE = 20  # seconds for any one answer, on a machine with other work
ORDERLY = 1.0  # seconds from the last Close to the end of the transport
KEY = b"\x37\xfa\x21\x3d"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

played = 0
faults = []


def check(good, name, what):
    global played
    played += 1
    if not good:
        faults.append(f"{name}: {what}")


def xor(data):
    key = (KEY * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")


def masked(pieces):
    """The pieces of a stream of frames as a client sends them: headers may be wrong and payloads cut short."""
    stream, borders = b"".join(pieces), []
    for piece in pieces:
        borders.append((borders[-1] if borders else 0) + len(piece))
    out, ends, at, mask_at = [], [], 0, 0
    while at < len(stream):
        small = stream[at + 1] & 127 if at + 1 < len(stream) else 0
        head = 2 + (0 if small < 126 else 2 if small == 126 else 8)
        key = KEY if at + head <= len(stream) else b""  # a header that is cut short has not got so far
        head = min(head, len(stream) - at)
        size = small if small < 126 else int.from_bytes(stream[at + 2:at + head], "big")
        body = stream[at + head:at + head + size]
        new = bytes([stream[at]]) + (bytes([stream[at + 1] | 128]) if at + 1 < len(stream) else b"")
        new += stream[at + 2:at + head] + key + xor(body)
        # Where a piece ended inside this frame, it ends as far from the frame's end as before.
        ends += [mask_at + len(new) - (at + head + len(body) - border) for border in borders
                 if at < border <= at + head + len(body)]
        out.append(new)
        mask_at += len(new)
        at += head + len(body)
    joined, start = b"".join(out), 0
    for end in ends:
        yield joined[start:end]
        start = max(start, end)


class Wire:
    """One end of a connection to a program, behind the handshake."""

    def __init__(self, sock, is_client):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(PATIENCE)
        self.sock, self.is_client, self.buffer, self.at = sock, is_client, b"", 0

    def read(self, size):
        while len(self.buffer) - self.at < size:
            more = self.sock.recv(1 << 20)
            if not more:
                raise EOFError
            self.buffer, self.at = self.buffer[self.at:] + more, 0
        self.at += size
        return self.buffer[self.at - size:self.at]

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.read(1)
        return head.decode()

    def frame(self):
        """The next frame; its length must be in the shortest form, its mask the right way."""
        first, second = self.read(2)
        size = second & 127
        if size > 125:
            extended = self.read(2 if size == 126 else 8)
            size = int.from_bytes(extended, "big")
            if size < (126 if len(extended) == 2 else 65536):
                raise ValueError("a length is not in its shortest form")
        if (second > 127) == self.is_client:
            raise ValueError("a mask is missing or not wanted")
        if second < 128:
            return first, self.read(size)
        key = self.read(4)
        data = self.read(size)
        key = (key * (size // 4 + 1))[:size]
        return first, (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")

    def send(self, pieces):
        for piece in masked(pieces) if self.is_client else pieces:
            if piece:
                self.sock.sendall(piece)

    def send_aside(self, pieces):
        """Sends on a thread, for what is more than the sockets hold. A peer that hangs up early may break it."""
        def run():
            try:
                self.send(pieces)
            except OSError:
                pass
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def ends(self):
        """How long the other end takes to end its side; more than is allowed when it sends something."""
        began = time.monotonic()
        try:
            self.read(1)
        except EOFError:
            return time.monotonic() - began
        except OSError:
            pass
        return float("inf")


def play(wire, case):
    """Gives what went wrong, or nothing."""
    thread = wire.send_aside(case.send)
    try:
        for first, payload in case.expect:
            got = wire.frame()
            if got != (first, payload):
                return f"got {got[0]:02x} {got[1][:20].hex()} of {len(got[1])} bytes"
        if isinstance(case.end, cases.Fail):
            last = struct.pack(">H", case.end.code)
        elif isinstance(case.end, cases.Closed):
            last = case.end.payload
        else:
            thread.join(PATIENCE)
            wire.send([cases.close(1000)])
            last = struct.pack(">H", 1000)
        got = wire.frame()
        if got != (cases.CLOSED, last):
            return f"ended with {got[0]:02x} {got[1][:20].hex()}"
        # A client waits for its server to end the transport first.
        if not wire.is_client and not isinstance(case.end, cases.Fail):
            wire.sock.shutdown(socket.SHUT_WR)
        took = wire.ends()
        return None if took < ORDERLY else f"the transport ended only after {took:.2f} s"
    except (EOFError, OSError, ValueError) as error:
        return f"{type(error).__name__} {error}"
    finally:
        wire.sock.close()
        thread.join(PATIENCE)


# ---- The programs

class Server:
    def __init__(self):
        self.process = subprocess.Popen([SERVER, "0"], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def connect(self):
        wire = Wire(socket.create_connection(("127.0.0.1", self.port), PATIENCE), True)
        wire.sock.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          b"Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        head = wire.read_head()
        if not head.startswith("HTTP/1.1 101 ") or "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=" not in head:
            raise ValueError(head)
        return wire

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def seconds(self):
        """Of the processor, used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def stop(self, number):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


class Clients:
    """Starts the client once a connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]

    def start(self):
        return subprocess.Popen([CLIENT, "127.0.0.1", str(self.port), "/echo?case=1"], stderr=subprocess.PIPE)

    def accept(self):
        return Wire(self.listener.accept()[0], False)

    def connect(self):
        process = self.start()
        wire = self.accept()
        head = wire.read_head()
        if not head.startswith("GET /echo?case=1 HTTP/1.1\r\n"):
            raise ValueError(head)
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.startswith("Sec-WebSocket-Key: "))
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        wire.sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        return wire, process


def play_cases(server, clients):
    for case in cases.all_cases():
        fault = play(server.connect(), case)
        check(fault is None, f"server: {case.name}", fault)
        wire, process = clients.connect()
        fault = play(wire, case)
        check(fault is None, f"client: {case.name}", fault)
        check(process.wait(PATIENCE) == 0, f"client: {case.name}", f"exit code {process.returncode}")


def play_masks(server, clients):
    for name, stream in (("a message", "8100"), ("a ping", "8900"), ("a Close", "8800")):
        wire = server.connect()
        wire.sock.sendall(bytes.fromhex(stream))
        check(wire.frame() == (cases.CLOSED, b"\x03\xea") and wire.ends() < ORDERLY, f"server: WS-MK-4 {name}", "went on")
        wire.sock.close()
        wire, process = clients.connect()
        wire.sock.sendall(bytes([bytes.fromhex(stream)[0], 0x80]) + KEY)
        check(wire.frame() == (cases.CLOSED, b"\x03\xea") and wire.ends() < ORDERLY, f"client: WS-MK-5 {name}", "went on")
        wire.sock.close()
        process.wait(PATIENCE)


def play_ends(server, clients):
    """Peers that owe us an end, or stop in the middle."""
    wire = server.connect()
    wire.send([cases.close(1000)])
    check(wire.frame()[0] == cases.CLOSED and wire.ends() < ORDERLY, "server: WS-CL-10", "the transport stands")
    time.sleep(ORDERLY + 0.3)  # we keep our side open; the server must not
    try:
        wire.sock.sendall(b"x")
        time.sleep(0.1)
        wire.sock.sendall(b"x")
        check(False, "server: WS-CL-10", "waits for ever for our end")
    except OSError:
        check(True, "", "")
    wire, process = clients.connect()
    wire.send([cases.close(1000)])
    began = time.monotonic()
    check(wire.frame()[0] == cases.CLOSED, "client: WS-CL-11", "no Close")
    # The transport is the server's to end; one that does not is left after a second, and has another to follow.
    check(wire.ends() < 2 * ORDERLY and process.wait(PATIENCE) == 0 and time.monotonic() - began < 3 * ORDERLY,
          "client: WS-CL-11", "the transport stands")
    for size in range(1, 8):  # WS-CL-12
        wire = server.connect()
        wire.sock.sendall(bytes.fromhex("818537fa213d7f9f4d5158")[:size])
        wire.sock.shutdown(socket.SHUT_WR)
        check(wire.ends() < ORDERLY, f"server: WS-CL-12 the end after {size} bytes", "went on")
        wire, process = clients.connect()
        wire.sock.sendall(b"\x81\x08Hell"[:size])
        wire.sock.close()
        check(process.wait(PATIENCE) == 0, f"client: WS-CL-12 the end after {size} bytes", f"{process.returncode}")


def play_round_trips(server, clients):
    for what, (wire, process) in (("server", (server.connect(), None)), ("client", clients.connect())):
        for size in (0, 64, 1024):
            payload, good = b"\xfe" * size, True
            for _ in range(1000):
                wire.send([cases.frame(cases.BINARY, payload)])
                good = good and wire.frame() == (cases.BINARY, payload)
            check(good, f"{what}: WS-FR-4 1000 round trips of {size}", "came back otherwise")
        wire.sock.close()
        if process:
            process.wait(PATIENCE)


def play_many(server):
    """Many at once, each of which sees only its own."""
    wires = [server.connect() for _ in range(50)]
    for i, wire in enumerate(wires):
        wire.send([cases.frame(cases.TEXT, b"%d" % i * 1000)])
    for i, wire in reversed(list(enumerate(wires))):
        check(wire.frame() == (cases.TEXT, b"%d" % i * 1000), "server: WS-IO-4 many at once", "came back otherwise")
        wire.sock.close()


def play_flood(server):
    """A peer that sends without reading: the server stops to read, and keeps no more than a mark and a message."""
    for name, one in (("messages of 1 MiB", cases.frame(cases.BINARY, b"\xfe" * (1 << 20))),
                      ("pings", cases.frame(cases.PING, b"\xfe" * 125) * 1000)):
        before = server.memory()
        wire = server.connect()
        wire.sock.settimeout(0.5)
        piece, sent = b"".join(masked([one])), 0
        try:
            while sent < 300 << 20:
                wire.sock.sendall(piece)
                sent += len(piece)
        except socket.timeout:
            pass
        check(sent < 100 << 20, f"server: WS-LM-3 {name}", "takes in all that is sent")
        check(server.memory() - before < 100 << 20, f"server: WS-LM-3 {name}", f"grew to {server.memory()} bytes")
        used = server.seconds()
        time.sleep(0.5)
        check(server.seconds() - used < 0.25, f"server: WS-LM-3 {name}", "is busy with a peer that does not read")
        other = server.connect()
        check(play(other, cases.whole("", cases.TEXT, b"still here")) is None, f"server: WS-LM-3 {name}", "others wait")
        wire.sock.close()


def play_usage(clients):
    for arguments, code in (([SERVER], 2), ([SERVER, "x"], 2), ([SERVER, "65536"], 2), ([SERVER, "1", "2"], 2),
                            ([CLIENT], 2), ([CLIENT, "h", "1"], 2), ([CLIENT, "127.0.0.1", "0", "/"], 2),
                            ([CLIENT, "127.0.0.1", "x", "/"], 2), ([CLIENT, "127.0.0.1", "1", "no-slash"], 2),
                            ([CLIENT, "127.0.0.1", "1", "/a b"], 2), ([CLIENT, "a/b", "1", "/"], 2),
                            ([SERVER, str(clients.port)], 1), ([CLIENT, "127.0.0.1", "1", "/"], 1)):
        done = subprocess.run(arguments, capture_output=True, timeout=PATIENCE, check=False)
        good = done.returncode == code and (code != 2 or b"usage: " in done.stderr) and done.stderr
        check(good, " ".join(map(os.path.basename, arguments)), f"{done.returncode}, {done.stderr}")
    process = clients.start()
    wire = clients.accept()
    wire.read_head()
    wire.sock.sendall(b"HTTP/1.1 403 no\r\nContent-Length: 2\r\n\r\nno")
    check(wire.ends() < ORDERLY, "client: WS-HT-16 a refusal", "the transport stands")
    wire.sock.close()
    check(process.wait(PATIENCE) == 1, "client: WS-HT-16 a refusal", f"exit code {process.returncode}")


def play_stops():
    for number in (signal.SIGINT, signal.SIGTERM):
        server = Server()
        open_one, silent = server.connect(), socket.create_connection(("127.0.0.1", server.port))
        server.process.send_signal(number)
        check(open_one.frame() == (cases.CLOSED, b"\x03\xe9"), f"server: {number.name}", "no Close 1001")
        open_one.send([cases.close(1001)])
        began = time.monotonic()
        check(server.stop(number) == 0, f"server: {number.name}", f"exit code {server.process.returncode}")
        check(time.monotonic() - began < 3, f"server: {number.name}", "did not end in time")
        silent.close()
        check(Server().stop(number) == 0, f"server: {number.name}", "at rest it ends otherwise")


# ---- Libraries of others

SAMPLES = ["", "Hello", "κόσμε " * 5000, b"", b"\xff" * 125, b"\xfe" * 65536, b"x" * (1 << 20)]


async def talk(connection):
    for sample in SAMPLES:
        await connection.send(sample)
        check(await asyncio.wait_for(connection.recv(), PATIENCE) == sample, "websockets", "came back otherwise")
    await connection.send(["in ", "three ", "parts"])
    check(await asyncio.wait_for(connection.recv(), PATIENCE) == "in three parts", "websockets", "fragments")
    await asyncio.wait_for(await connection.ping(b"ping"), PATIENCE)
    await connection.close(4000, "done")
    check(connection.close_code == 4000, "websockets", f"closed with {connection.close_code}")


async def play_websockets(server):
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/", max_size=None) as connection:
        await talk(connection)
    done = asyncio.get_running_loop().create_future()

    async def handler(connection, *_):
        try:
            await talk(connection)
        finally:
            done.set_result(None)

    async with websockets.serve(handler, "127.0.0.1", 0, max_size=None) as listening:
        port = listening.sockets[0].getsockname()[1]
        process = subprocess.Popen([CLIENT, "127.0.0.1", str(port), "/"])
        await asyncio.wait_for(done, 3 * PATIENCE)
        code = await asyncio.get_running_loop().run_in_executor(None, process.wait, PATIENCE)
        check(code == 0, "client: websockets", f"exit code {code}")


def play_wsproto(sock, kind):
    connection, seen = wsproto.WSConnection(kind), []
    name = f"wsproto as {kind.name}"

    def pump(until):
        while not any(isinstance(one, until) for one in seen):
            data = sock.recv(65536)
            connection.receive_data(data or None)
            for event in connection.events():
                seen.append(event)
                if isinstance(event, events.Request):
                    sock.sendall(connection.send(events.AcceptConnection()))
        return seen

    if kind is wsproto.ConnectionType.CLIENT:
        sock.sendall(connection.send(events.Request(host="h", target="/")))
        pump(events.AcceptConnection)
    else:
        pump(events.Request)
    for sample in SAMPLES:
        seen.clear()
        message = events.TextMessage if isinstance(sample, str) else events.BytesMessage
        sock.sendall(connection.send(message(data=sample)))
        got = sample[:0]
        while True:
            parts = [one for one in pump(message) if isinstance(one, message)]
            got += sample[:0].join(one.data if isinstance(sample, str) else bytes(one.data) for one in parts)
            seen.clear()
            if parts[-1].message_finished:
                break
        check(got == sample, name, f"{len(got)} of {len(sample)}")
    sock.sendall(connection.send(events.Ping(payload=b"p")))
    pump(events.Pong)
    sock.sendall(connection.send(events.CloseConnection(code=3000)))
    check(pump(events.CloseConnection)[-1].code == 3000, name, "closed otherwise")
    sock.close()


def play_each_other(server, clients):
    """Our client and our server send one message to and fro through us, who start it and end it."""
    for first, payload in ((cases.TEXT, b"hello"), (cases.BINARY, b"\xfe" * 70000), (cases.TEXT, b"")):
        process = clients.start()
        to_client = clients.accept()
        to_server = Wire(socket.create_connection(("127.0.0.1", server.port)), True)
        to_server.sock.sendall(to_client.read_head().encode())
        to_client.sock.sendall(to_server.read_head().encode())
        to_client.send([cases.frame(first, payload)])
        good = True
        for _ in range(100):
            came = to_client.frame()
            to_server.send([cases.frame(*came)])
            back = to_server.frame()
            good = good and came == back == (first, payload)
            to_client.send([cases.frame(*back)])
        to_client.frame()
        to_client.send([cases.close(1000)])
        to_server.send([cases.frame(*to_client.frame())])
        good = good and to_server.frame() == (cases.CLOSED, b"\x03\xe8") and to_server.ends() < ORDERLY
        to_client.sock.close()
        to_server.sock.close()
        check(good and process.wait(PATIENCE) == 0, "client and server", "came back otherwise")


def main():
    began = time.monotonic()
    server, clients = Server(), Clients()
    try:
        play_cases(server, clients)
        play_masks(server, clients)
        play_ends(server, clients)
        play_round_trips(server, clients)
        play_many(server)
        play_flood(server)
        play_usage(clients)
        asyncio.run(play_websockets(server))
        play_wsproto(socket.create_connection(("127.0.0.1", server.port), PATIENCE), wsproto.ConnectionType.CLIENT)
        process = clients.start()
        play_wsproto(clients.accept().sock, wsproto.ConnectionType.SERVER)
        check(process.wait(PATIENCE) == 0, "client: wsproto", f"exit code {process.returncode}")
        play_each_other(server, clients)
        play_stops()
        check(server.process.poll() is None, "server", "has died")
    finally:
        server.process.kill()
    for fault in faults:
        print("FAILED:", fault)
    print(f"{played} checks, {len(faults)} failed, {time.monotonic() - began:.1f} s")
    return 1 if faults or played < 1000 else 0


sys.exit(main())
