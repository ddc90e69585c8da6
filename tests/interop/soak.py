#!/usr/bin/python3 -I
"""Many shards of the driver against the mock, over TLS, while links are dropped at random: nothing may be lost, and
neither program may grow.

Usage: soak.py PORTCULLIS [SECONDS [SHARDS]]

Prints a line every ten seconds: links, drops, messages, memory and descriptors of both programs. The messages of each
shard are numbered by the mock; in the end each number from the first to the last must have come once, in order. Memory
and descriptors are held against what they were after the first two fifths of the time. Ends with 0 when all of it held.
"""

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
import urllib.request

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
REPORT_S = 10.0
DROP_EVERY_S = 2.5  # each shard has its stable minutes, most of the time
EVENTS_PER_SECOND = 5
GROWTH_MAX = 1.25
PIPE = asyncio.subprocess.PIPE


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=20) as answer:
        return json.load(answer)


def memory_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class Messages:
    """The numbers that came, by shard."""

    def __init__(self):
        self.next = {}
        self.count = 0
        self.faults = []

    async def read(self, stream):
        while line := await stream.readline():
            event = json.loads(line)
            if event["name"] != "MESSAGE_CREATE":
                continue
            shard, number = event["shard"], int(event["d"]["nonce"])
            expected = self.next.get(shard, number)
            if number != expected:
                self.faults.append(f"shard {shard}: {number} where {expected} was due")
            self.next[shard] = number + 1
            self.count += 1


async def start(portcullis, shards, directory):
    environment = {**os.environ, "PORTCULLIS_TOKEN": TOKEN}
    ready = os.path.join(directory, "ready.json")
    mock = await asyncio.create_subprocess_exec(
        portcullis, "mock", "--tls", "--shards", str(shards), "--guilds", str(shards), "--max-concurrency", str(shards),
        "--events-per-second", str(EVENTS_PER_SECOND), "--heartbeat-ms", "15000", "--ready-file", ready, "--quiet",
        env=environment)
    while not os.path.exists(ready):
        await asyncio.sleep(0.1)
    with open(ready, encoding="utf-8") as file:
        urls = json.load(file)
    driver = await asyncio.create_subprocess_exec(
        portcullis, "connect", "--api-url", urls["api_url"], "--ca", urls["ca_file"], "--data",
        env=environment, stdout=PIPE, stderr=PIPE, limit=1 << 22)
    return mock, driver, urls["control_url"]


async def main(portcullis, seconds, shards):
    rng = random.Random(20260806)
    messages = Messages()
    with tempfile.TemporaryDirectory() as directory:
        mock, driver, control = await start(portcullis, shards, directory)
        reading = asyncio.create_task(messages.read(driver.stdout))
        talking = asyncio.create_task(driver.stderr.read())
        began = reported = time.monotonic()
        drops, base, last = 0, None, None
        while (elapsed := time.monotonic() - began) < seconds and driver.returncode is None:
            await asyncio.sleep(DROP_EVERY_S)
            links = [s["link"] for s in ask(control + "/sessions") if s["link"] is not None]
            if links and elapsed < seconds - 100:  # a back-off is 90 s at most: all are back in the end
                drops += ask(control + "/drop", {"link": rng.choice(links)})["reached"]
            if time.monotonic() - reported < REPORT_S:
                continue
            reported = time.monotonic()
            last = [memory_kib(mock), descriptors(mock), memory_kib(driver), descriptors(driver)]
            if base is None and elapsed > seconds * 2 / 5:  # the replay buffers are full by then
                base = last
            print(f"{elapsed:5.0f} s  {len(links)} links, {drops} drops, {messages.count} messages; mock {last[0]} KiB, "
                  f"{last[1]} descriptors; driver {last[2]} KiB, {last[3]} descriptors", flush=True)
        sessions = ask(control + "/sessions")
        driver.send_signal(signal.SIGINT)
        told = (await asyncio.wait_for(talking, 30)).decode()
        await asyncio.wait_for(reading, 30)
        codes = [await driver.wait()]
        mock.send_signal(signal.SIGTERM)
        codes.append(await asyncio.wait_for(mock.wait(), 30))
    print(told.strip().splitlines()[-1])
    resumes, identifies = sum(s["resumes"] for s in sessions), sum(s["identifies"] for s in sessions)
    print(f"{shards} shards, {drops} drops, {resumes} resumes, {identifies} identifies, {messages.count} messages, "
          f"lost or twice: {len(messages.faults)}")
    faults = messages.faults[:5] + [f"a program ended with {codes}"] * (codes != [0, 0])
    faults += [f"{len(messages.next)} of {shards} shards had messages"] * (len(messages.next) != shards)
    faults += [f"{identifies} identifies for {shards} shards"] * (identifies != shards)
    if base is not None:
        faults += [f"{name} grew from {was} to {now}" for name, was, now in
                   zip(("mock KiB", "mock descriptors", "driver KiB", "driver descriptors"), base, last)
                   if now > was * GROWTH_MAX + 4]
    print("\n".join(faults) or "all of it held")
    return 1 if faults else 0


if __name__ == "__main__":
    arguments = sys.argv[2:] + ["600", "200"][len(sys.argv) - 2:]
    sys.exit(asyncio.run(main(os.path.abspath(sys.argv[1]), float(arguments[0]), int(arguments[1]))))
