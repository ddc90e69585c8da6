#!/usr/bin/python3 -I
"""Speaks WebSocket with Debian's python3-wsproto at the other end of a pair of pipes, in lock-step.

Usage: wsproto_peer.py server|client

Standard input holds records: four bytes of length, big-endian, and that many bytes from the transport. Each is answered
on standard output by two records of the same form: the bytes to put on the transport, and the events that were seen, one
a line. A client speaks first: it answers an empty record with its request.

Messages are sent back as they came. Some texts ask for something else:
  frag:TEXT   TEXT comes back in fragments, with a ping between them
  ping:TEXT   a ping with that payload
  close:CODE  a Close with that code and the reason "bye"
"""

import struct
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection, BytesMessage, CloseConnection, Message, Ping, Pong, RejectConnection, Request, TextMessage)
from wsproto.extensions import PerMessageDeflate


class Peer:
    def __init__(self, role):
        self.role = role
        self.started = role == "server"
        self.connection = WSConnection(ConnectionType.SERVER if role == "server" else ConnectionType.CLIENT)
        self.parts = []

    def feed(self, data):
        """Gives what to send and what was seen."""
        out, seen = [], []
        if not self.started:
            self.started = True
            out.append(self.connection.send(Request(
                host="server.example", target="/chat?v=1", subprotocols=["b", "a"], extensions=[PerMessageDeflate()])))
        if data:
            self.connection.receive_data(data)
        for event in self.connection.events():
            self.on(event, out, seen)
        return b"".join(out), "\n".join(seen).encode()

    def on(self, event, out, seen):
        send = self.connection.send
        if isinstance(event, Request):
            seen.append(f"request {event.host} {event.target} {','.join(event.subprotocols)}")
            out.append(send(AcceptConnection(subprotocol=(event.subprotocols or [None])[0])))
        elif isinstance(event, AcceptConnection):
            seen.append(f"accepted {event.subprotocol} {len(event.extensions)}")
        elif isinstance(event, RejectConnection):
            seen.append(f"rejected {event.status_code}")
        elif isinstance(event, Ping):
            seen.append(f"ping {bytes(event.payload).hex()}")
            out.append(send(event.response()))
        elif isinstance(event, Pong):
            seen.append(f"pong {bytes(event.payload).hex()}")
        elif isinstance(event, CloseConnection):
            seen.append(f"close {int(event.code)} {event.reason or ''}")
            if self.connection.state == ConnectionState.REMOTE_CLOSING:
                out.append(send(event.response()))
        elif isinstance(event, (TextMessage, BytesMessage)):
            self.parts.append(event.data)
            if event.message_finished:
                self.answer(self.parts, out, seen)
                self.parts = []

    def answer(self, parts, out, seen):
        send = self.connection.send
        message = "".join(parts) if isinstance(parts[0], str) else b"".join(bytes(part) for part in parts)
        if isinstance(message, bytes):
            seen.append(f"binary {len(message)}")
            out.append(send(BytesMessage(data=message)))
            return
        seen.append(f"text {len(message)}")
        verb, _, rest = message.partition(":")
        if verb == "frag":
            for part in rest:
                out.append(send(Message(data=part, message_finished=False)))
                out.append(send(Ping(payload=b"between")))
            out.append(send(Message(data="", message_finished=True)))
        elif verb == "ping":
            out.append(send(Ping(payload=rest.encode())))
        elif verb == "close":
            out.append(send(CloseConnection(code=int(rest), reason="bye")))
        else:
            out.append(send(TextMessage(data=message)))


def main():
    peer = Peer(sys.argv[1])
    read, write = sys.stdin.buffer.read, sys.stdout.buffer.write
    while len(length := read(4)) == 4:
        for record in peer.feed(read(struct.unpack(">I", length)[0])):
            write(struct.pack(">I", len(record)) + record)
        sys.stdout.buffer.flush()


main()
