#!/usr/bin/env python3
"""Finds inputs on which two decoders of WebSocket frames differ: decoder.py, and Portcullis behind `portcullis step`.

fuzz.py [--portcullis PROGRAM] [--seed N] [--count N] [--bug]

Exit status: 0 when no input was found, 1 when one was, which is made as small as it can be and printed.
"""

import argparse
import itertools
import json
import random
import subprocess
import time

from decoder import decode

BATCH = 100  # so many questions lie in the pipe at a time


class Step:
    """A run of `portcullis step`."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "step"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, streams):
        """Gives the events of each stream of frames."""
        for stream in streams:
            question = {"layer": "ws_frames", "role": "client", "stream": stream.hex()}
            self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return [json.loads(self.process.stdout.readline())["events"] for _ in streams]

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


def comparable(events):
    """Which rule was broken is for the other decoder to say."""
    return [{"fail": True} if "fail" in event else event for event in events]


def differ(stream, theirs, bug):
    """Whether the decoders differ. Inside a header one may know earlier than the other that it is wrong."""
    ours, in_header = decode(stream, bug)
    theirs = comparable(theirs)
    if in_header and theirs and theirs[-1] == {"fail": True}:
        theirs = theirs[:-1]
    return ours != theirs


def text(chance):
    return "".join(chance.choice("aé€😀\x00") for _ in range(chance.randrange(6))).encode()


def frame(chance, fin, opcode, payload):
    size = len(payload)
    head = bytes([fin << 7 | opcode])
    if size > 125 or chance.random() < 0.02:
        return head + bytes([126]) + size.to_bytes(2, "big") + payload
    return head + bytes([size]) + payload


def message(chance):
    """A message in fragments, with control frames between them."""
    payload, out, opcode = text(chance), b"", chance.choice([1, 1, 1, 2])
    cuts = sorted(chance.randrange(len(payload) + 1) for _ in range(chance.randrange(3)))
    for first, last in zip([0] + cuts, cuts + [len(payload)]):
        out += frame(chance, last == len(payload), opcode, payload[first:last])
        if last == len(payload):
            return out
        opcode = 0
        if chance.random() < 0.2:
            out += frame(chance, 1, chance.choice([9, 10]), text(chance))
    return out


def mutated(chance, stream):
    """The stream, or one that is damaged in a few places."""
    data = bytearray(stream)
    for _ in range(chance.choice([0, 0, 1, 2])):
        place = chance.randrange(len(data) + 1)
        if chance.random() < 0.5 and place < len(data):
            data[place] = chance.choice([0, 1, 0x7E, 0x7F, 0x80, 0x88, 0xFF, chance.randrange(256)])
        elif chance.random() < 0.5:
            data[place:place] = bytes([chance.randrange(256)])
        else:
            del data[place:]
    return bytes(data)


def draw(chance):
    stream = b"".join(message(chance) for _ in range(chance.randrange(1, 4)))
    if chance.random() < 0.3:
        code = chance.choice([999, 1000, 1005, 1007, 1015, 3000, 4004, 5000])
        stream += frame(chance, 1, 8, code.to_bytes(2, "big") + text(chance))
    return mutated(chance, stream)


def smaller(stream):
    """What the stream may be made of, the smallest first: with fewer bytes, with a length that fits, with lower bytes."""
    size = len(stream)
    for length in range(size, 0, -1):
        for at in range(0, size - length + 1):
            yield stream[:at] + stream[at + length :]
    for at in range(size):
        for before in range(at):
            if stream[before] > 0:
                yield stream[:before] + bytes([stream[before] - 1]) + stream[before + 1 : at] + stream[at + 1 :]
    for at in range(size):
        for value in range(stream[at]):
            yield stream[:at] + bytes([value]) + stream[at + 1 :]


def shrink(step, stream, bug):
    """Gives one of which nothing smaller differs."""
    candidates = smaller(stream)
    while batch := list(itertools.islice(candidates, BATCH)):
        for candidate, theirs in zip(batch, step.ask(batch)):
            if differ(candidate, theirs, bug):
                stream, candidates = candidate, smaller(candidate)
                break
    return stream


def search(step, chance, count, bug):
    """Gives an input on which the decoders differ, or None, and how many were tried."""
    for done in range(0, count, BATCH):
        streams = [draw(chance) for _ in range(min(BATCH, count - done))]
        for stream, theirs in zip(streams, step.ask(streams)):
            if differ(stream, theirs, bug):
                return stream, done + len(streams)
    return None, count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portcullis", default="portcullis", metavar="PROGRAM")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--bug", action="store_true", help="plant the bug of decoder.py")
    options = parser.parse_args()
    step = Step(options.portcullis)
    began = time.monotonic()
    found, tried = search(step, random.Random(options.seed), options.count, options.bug)
    rate = tried / (time.monotonic() - began)
    if found is None:
        print(f"no difference in {tried} inputs ({rate:.0f} a second)")
    else:
        small = shrink(step, found, options.bug)
        print(f"a difference after {tried} inputs; the smallest is {small.hex()}")
        print(f"  decoder.py: {json.dumps(decode(small, options.bug)[0])}")
        print(f"  portcullis: {json.dumps(step.ask([small])[0])}")
    step.end()
    return 0 if found is None else 1


if __name__ == "__main__":
    raise SystemExit(main())
