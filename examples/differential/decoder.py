"""A decoder of WebSocket frames from a server, as somebody might write one (RFC 6455 section 5).

With `bug` it checks the UTF-8 of each frame by itself: a character that is cut in two by a fragment fails.
"""

import codecs

FRAME_BYTES_MAX = 64 * 1024 * 1024
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Fail(Exception):
    """The peer broke a rule."""


class More(Exception):
    """The bytes end inside a frame."""


def require(good):
    if not good:
        raise Fail


class Decoder:
    """Turns bytes into events, as `portcullis step` tells them."""

    def __init__(self, data, bug=False):
        self.data, self.at, self.bug = data, 0, bug
        self.kind, self.parts, self.utf8 = None, b"", None
        self.events = []
        self.open = True

    def take(self, size):
        if self.at + size > len(self.data):
            raise More
        self.at += size
        return self.data[self.at - size : self.at]

    def header(self):
        first = self.take(1)[0]
        fin, opcode = first >> 7, first & 15
        require(first & 0x70 == 0)
        require(opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
        require(fin or opcode < CLOSE)
        require(opcode not in (TEXT, BINARY) or self.kind is None)
        require(opcode != CONTINUATION or self.kind is not None)
        second = self.take(1)[0]
        require(second < 0x80)
        require(second <= 125 or opcode < CLOSE)
        return fin, opcode, self.length(second)

    def length(self, short):
        if short < 126:
            return short
        size = 2 if short == 126 else 8
        length = int.from_bytes(self.take(size), "big")
        require(length >= (126 if size == 2 else 0x10000))
        require(length + len(self.parts) <= FRAME_BYTES_MAX)
        return length

    def check_text(self, payload, final):
        if self.kind != TEXT:
            return
        if self.utf8 is None:
            self.utf8 = codecs.getincrementaldecoder("utf-8")()
        try:
            self.utf8.decode(payload, final)
        except UnicodeDecodeError:
            raise Fail from None

    def frame(self):
        fin, opcode, length = self.header()
        if opcode >= CLOSE:
            return self.control(opcode, self.take(length))
        if opcode != CONTINUATION:
            self.kind = opcode
        here = self.data[self.at : self.at + length]
        whole = len(here) == length
        self.check_text(here, whole and (fin or self.bug))
        self.parts += self.take(length)
        if fin:
            self.events.append({"text" if self.kind == TEXT else "binary": self.parts.hex()})
            self.kind, self.parts, self.utf8 = None, b"", None
        return None

    def control(self, opcode, payload):
        if opcode != CLOSE:
            self.events.append({"ping" if opcode == PING else "pong": payload.hex()})
            return
        require(len(payload) != 1)
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        require(not payload or 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999)
        try:
            payload[2:].decode("utf-8")
        except UnicodeDecodeError:
            raise Fail from None
        self.events.append({"close": code, "reason": payload[2:].hex()})
        self.open = False


def decode(data, bug=False):
    """Gives the events, and whether the bytes end inside a header."""
    decoder = Decoder(data, bug)
    while decoder.open and decoder.at < len(data):
        start = decoder.at
        try:
            decoder.frame()
        except Fail:
            return decoder.events + [{"fail": True}], False
        except More:
            return decoder.events, decoder.at - start < 10
    return decoder.events, False
