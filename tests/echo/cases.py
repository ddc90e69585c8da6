"""What the echo programs are shown, by the subjects of the public suite's sections 1 to 7, 9 and 10, and what the suite
leaves out: lengths that are not minimal, masks the wrong way, limits.

A case is what is sent, in pieces, as frames without masks; the frames that must come back first; and the end:
  CLOSE             nothing is wrong: the other end's Close 1000 is answered
  Closed(payload)   the stream ends in a Close, which is answered with this payload
  Fail(code)        the program closes with this code, and reads no further
"""
from dataclasses import dataclass, field
from struct import pack

TEXT, BINARY, PING, PONG, CLOSED = 0x81, 0x82, 0x89, 0x8A, 0x88
CLOSE = "close"


@dataclass(frozen=True)
class Closed:
    payload: bytes


@dataclass(frozen=True)
class Fail:
    code: int


@dataclass
class Case:
    name: str
    send: list
    expect: list = field(default_factory=list)
    end: object = CLOSE


def frame(first, payload=b""):
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    if size < 65536:
        return bytes([first, 126]) + pack(">H", size) + payload
    return bytes([first, 127]) + pack(">Q", size) + payload


def pieces_of(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


def fragments(opcode, payload, size):
    """The message in fragments of `size` bytes."""
    parts = pieces_of(payload, size) or [b""]
    last = len(parts) - 1
    return b"".join(frame((0x80 if i == last else 0) | (0 if i else opcode), part) for i, part in enumerate(parts))


def close(code, reason=b""):
    return frame(CLOSED, pack(">H", code) + reason)


def whole(name, first, payload, size=None):
    """A message that comes back, sent at once or in pieces of the transport."""
    stream = frame(first, payload)
    return Case(name, pieces_of(stream, size) if size else [stream], [(first, payload)])


def sizes():
    for first, what in ((TEXT, "text"), (BINARY, "binary")):
        byte = b"*" if first == TEXT else b"\xfe"
        for size in (0, 125, 126, 127, 128, 65535, 65536):
            yield whole(f"WS-FR-4 {what} of {size}", first, byte * size)
        yield whole(f"WS-FR-11 {what} of 65536 in pieces of 997", first, byte * 65536, 997)


def pings():
    for what, payload in (("empty", b""), ("text", b"Hello"), ("binary", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
                          ("125 bytes", b"\xfe" * 125)):
        yield Case(f"WS-CT-4 ping, {what}", [frame(PING, payload)], [(PONG, payload)])
    yield Case("WS-CT-4 ping of 125 bytewise", pieces_of(frame(PING, b"\xfe" * 125), 1), [(PONG, b"\xfe" * 125)])
    yield Case("WS-CT-1 ping of 126", [frame(PING, b"\xfe" * 126)], [], Fail(1002))
    yield Case("WS-CT-1 ping in a long form", [b"\x89\x7e\x00\x05Hello"], [], Fail(1002))
    yield Case("WS-CT-6 pong unasked", [frame(PONG)])
    yield Case("WS-CT-6 pong unasked, then ping", [frame(PONG, b"no"), frame(PING, b"yes")], [(PONG, b"yes")])
    ten = [b"payload-%d" % i for i in range(10)]
    yield Case("WS-CT-5 ten pings at once", [b"".join(frame(PING, one) for one in ten)], [(PONG, one) for one in ten])
    yield Case("WS-CT-5 ten pings bytewise", pieces_of(b"".join(frame(PING, one) for one in ten), 1),
               [(PONG, one) for one in ten])
    many = 10_000
    yield Case(f"WS-CT-5 {many} pings in one piece", [frame(PING, b"p") * many], [(PONG, b"p")] * many)


def broken_heads():
    hello = (TEXT, b"Hello")
    for bits in range(1, 8):
        for opcode in (0, 1, 2, 8, 9, 10):
            bad = bytes([0x80 | bits << 4 | opcode, 0])
            yield Case(f"WS-FR-2 reserved bits {bits} on opcode {opcode}", [frame(*hello) + bad + frame(PING)], [hello],
                       Fail(1002))
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        bad = frame(0x80 | opcode)
        yield Case(f"WS-FR-3 opcode {opcode}", [bad], [], Fail(1002))
        yield Case(f"WS-FR-3 opcode {opcode} with a payload, behind a message",
                   [frame(*hello), frame(0x80 | opcode, b"x") + frame(PING)], [hello], Fail(1002))
        yield Case(f"WS-FA-3 opcode {opcode} in the same piece as a message, bytewise",
                   pieces_of(frame(*hello) + bad, 1), [hello], Fail(1002))
    for name, head in (("127 in 16 bits is minimal, 125 is not", "827e007d"), ("5 in 16 bits", "817e0005"),
                       ("5 in 64 bits", "817f0000000000000005"), ("65535 in 64 bits", "827f000000000000ffff")):
        yield Case(f"WS-FR-8 {name}", [bytes.fromhex(head)], [], Fail(1002))
    yield Case("WS-FR-9 the top bit of 64", [bytes.fromhex("827f8000000000000000")], [], Fail(1002))
    yield Case("WS-FR-10 2^62 bytes announced", [bytes.fromhex("827f4000000000000000")], [], Fail(1009))
    over = bytes.fromhex("827f") + pack(">Q", 64 * 1024 * 1024 + 1)
    yield Case("WS-LM-1 one byte over 64 MiB announced", [frame(*hello) + over], [hello], Fail(1009))
    rest = bytes.fromhex("807f") + pack(">Q", 64 * 1024 * 1024)
    yield Case("WS-LM-1 one byte over 64 MiB in two fragments", [frame(0x02, b"x") + rest], [], Fail(1009))


def fragmentation():
    for first in (0x09, 0x0A, 0x08):
        yield Case(f"WS-CT-2 opcode {first} without FIN", [frame(first, b"frag") + frame(0x80, b"ment")], [], Fail(1002))
    both = (TEXT, b"fragment1fragment2")
    parts = [frame(0x01, b"fragment1"), frame(0x80, b"fragment2")]
    joined = b"".join(parts)
    yield Case("WS-FG-1 two fragments", parts, [both])
    yield Case("WS-FG-1 two fragments in one piece", [joined], [both])
    yield Case("WS-FG-1 two fragments bytewise", pieces_of(joined, 1), [both])
    between = parts[0] + frame(PING, b"ping") + parts[1]
    for name, send in (("in three pieces", [parts[0], frame(PING, b"ping"), parts[1]]), ("in one", [between]),
                       ("bytewise", pieces_of(between, 1))):
        yield Case(f"WS-FG-2 a ping between fragments, {name}", send, [(PONG, b"ping"), both])
    five = [frame(0x02, b"1"), frame(0x00, b"2"), frame(PING, b"a"), frame(0x00, b"3"), frame(0x00, b""),
            frame(PING, b"b"), frame(0x80, b"5")]
    pongs = [(PONG, b"a"), (PONG, b"b")]
    yield Case("WS-FG-2 five fragments, two pings", five, pongs + [(BINARY, b"1235")])
    yield Case("WS-FG-1 empty fragments", [bytes.fromhex("010000008000")], [(TEXT, b"")])
    for first in (0x80, 0x00):
        stray = frame(first, b"stray")
        yield Case(f"WS-FG-3 a stray continuation {first:02x}", [stray + frame(TEXT, b"no")], [], Fail(1002))
        yield Case(f"WS-FG-3 a stray continuation {first:02x} behind a whole message", [joined + stray], [both],
                   Fail(1002))
        yield Case(f"WS-FG-3 a stray continuation {first:02x} behind it, bytewise", pieces_of(joined + stray, 1),
                   [both], Fail(1002))
    for second in (0x81, 0x01, 0x82, 0x02):
        yield Case(f"WS-FG-4 {second:02x} inside a message", [parts[0] + frame(second, b"x")], [], Fail(1002))
    yield Case("WS-FG-1 65536 bytes in fragments of 1300", [fragments(1, b"*" * 65536, 1300)],
               [(TEXT, b"*" * 65536)])


def utf8():
    kosme = "Hello-µ@ßöäüàá-UTF-8!!κόσμε\U0001f600".encode()
    yield Case("WS-U8-1 a text of all lengths", [frame(TEXT, kosme)], [(TEXT, kosme)])
    yield Case("WS-U8-3 a fragment a byte", [fragments(1, kosme, 1)], [(TEXT, kosme)])
    yield Case("WS-U8-3 a fragment a byte, bytewise", pieces_of(fragments(1, kosme, 1), 1), [(TEXT, kosme)])
    yield Case("WS-U8-3 a fragment a byte, a ping behind each",
               [b"".join(part + frame(PING) for part in (frame(0x01, kosme[:1]), *(frame(0x00, kosme[i:i + 1])
                for i in range(1, len(kosme) - 1)))) + frame(0x80, kosme[-1:])],
               [(PONG, b"")] * (len(kosme) - 1) + [(TEXT, kosme)])
    for point in (0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000,
                  *(plane << 16 | low for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))):
        yield whole(f"WS-U8-1 U+{point:04X}", TEXT, chr(point).encode())
    bad = ["80", "bf", "80bf80", "c0", "c1", "c0af", "c180", "e080af", "e09f80", "f08080af", "f08fbfbf", "f5", "f6808080",
           "f888888080", "fc8080808080", "fe", "ff", "fefeffff", "eda080", "edbfbf", "eda080edb080", "edafbfedbfbf",
           "f4908080", "f490", "f7bfbfbf", "c2", "c220", "e282", "e28220", "e22082", "f09f98", "f09f9820", "f020", "c3c3",
           "cebae1bdb9cf83cebcceb5eda080656469746564", "20c220", "dfc0"]
    for one in bad:
        data = bytes.fromhex(one)
        yield Case(f"WS-U8-2 {one}", [frame(TEXT, data)], [], Fail(1007))
        yield Case(f"WS-U8-2 {one} behind a message, a fragment a byte",
                   [frame(TEXT, b"ok") + fragments(1, b"a" + data, 1)], [(TEXT, b"ok")], Fail(1007))
    early = bytes.fromhex("cebae1bdb9cf83cebcceb5f4")
    for name, send in (("in a frame of which more is to come", [b"\x81\x20" + early, b"\x90"]),
                       ("in a fragment of which more is to come", [frame(0x01, early) + b"\x80\x20", b"\x90"]),
                       ("18 bytes before its frame ends", [b"\x81\x14\xf4\x90"]),
                       ("in a message that does not end", [frame(0x01, early), frame(0x00, b"\x90")])):
        yield Case(f"WS-U8-5 fails at the bad byte, {name}", send, [], Fail(1007))
    yield Case("WS-U8-4 a code point in two fragments that is cut short", [frame(0x01, b"\xe2\x82"), frame(0x80)], [],
               Fail(1007))
    yield whole("WS-U8-6 binary is not judged", BINARY, b"\xc3\x28\xff")
    yield Case("WS-U8-6 nor is a ping", [frame(PING, b"\xc3\x28")], [(PONG, b"\xc3\x28")])


def closing():
    echo = (TEXT, b"one")
    yield Case("WS-CL-2 a message, then an empty Close", [frame(*echo) + frame(CLOSED)], [echo], Closed(b""))
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999):
        yield Case(f"WS-CL-4 code {code}", [close(code)], [], Closed(pack(">H", code)))
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        yield Case(f"WS-CL-4 code {code}", [frame(*echo) + close(code)], [echo], Fail(1002))
    ok = Closed(pack(">H", 1000))
    yield Case("WS-CL-5 a reason", [close(1000, "Hello ☃".encode())], [], ok)
    yield Case("WS-CL-5 a reason of 123 bytes, bytewise", pieces_of(close(1000, b"x" * 123), 1), [], ok)
    yield Case("WS-CT-1 a reason of 124 bytes", [close(1000, b"x" * 124)], [], Fail(1002))
    yield Case("WS-CL-3 a payload of one byte", [frame(CLOSED, b"\x03")], [], Fail(1002))
    yield Case("WS-CL-5 a reason that is not UTF-8", [close(1000, b"\xce\xba\xed\xa0\x80")], [], Fail(1007))
    yield Case("WS-CL-5 a reason that is cut short", [close(1000, b"\xe2\x82")], [], Fail(1007))
    for what, more in (("a message", frame(TEXT, b"no")), ("a ping", frame(PING)), ("a Close", close(1001)),
                       ("a wrong frame", b"\xff\xff"), ("a wrong Close", close(999))):
        yield Case(f"WS-CL-7 {what} behind a Close", [close(1000) + more], [], ok)
    yield Case("WS-CL-7 a Close inside a message", [frame(0x01, b"frag") + close(1000) + frame(0x80, b"ment")], [], ok)
    yield Case("WS-CL-7 a message, a ping and a Close at once", [frame(*echo) + frame(PING, b"p") + close(1000)],
               [echo, (PONG, b"p")], ok)


def large():
    for first, what, byte in ((TEXT, "text", b"*"), (BINARY, "binary", b"\xfe")):
        for size in (1 << 18, 1 << 20, 1 << 22, 1 << 23, 1 << 24):
            yield whole(f"WS-FR-6 {what} of {size}", first, byte * size)
        payload = byte * (1 << 22)
        for size in (64, 4096, 65536, 1 << 20, 1 << 22):
            yield Case(f"WS-LM-2 {what} of 4 MiB in fragments of {size}", [fragments(first & 0xF, payload, size)],
                       [(first, payload)])
        for size in (64, 2048):
            yield whole(f"WS-IO-6 {what} of 1 MiB in pieces of {size}", first, byte * (1 << 20), size)
    yield Case("WS-IO-6 64 KiB in fragments of one byte", [fragments(2, b"\xfe" * 65536, 1)], [(BINARY, b"\xfe" * 65536)])
    yield whole("WS-IO-6 64 KiB bytewise", BINARY, b"\xfe" * 65536, 1)
    yield Case("WS-LM-2 70000 fragments", [fragments(1, b"*" * 70000, 1)], [(TEXT, b"*" * 70000)])


def all_cases():
    for section in (sizes, pings, broken_heads, fragmentation, utf8, closing, large):
        yield from section()
