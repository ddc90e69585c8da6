#!/usr/bin/python3 -I
"""Clients that no runner wants to meet: bad_clients.py PORTCULLIS. Each gets a verdict in time and leaves nothing."""

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

LIMIT_S = 40.0
DIAL = ("import os, socket, ssl, sys, time; host, port = os.environ['PORTCULLIS_URL'].split('//')[1].split(':'); "
        "link = socket.create_connection((host, int(port)), timeout=20); ")
ASK = ("link.sendall((f'GET {path} HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
       "Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n').encode()); ")
PATH = "path = '/?v=10&encoding=json'; "

# Name, the client, and the outcomes that are right for it.
CLIENTS = [
    ("exits at once", "exit 3", {"not started"}),
    ("is not there", "no-such-program-anywhere", {"not started"}),
    ("never connects", "sleep 300", {"not started"}),
    ("crashes", "kill -SEGV $$", {"not started"}),
    ("connects and closes at once", DIAL + "link.close(); time.sleep(300)", {"not started", "failed"}),
    ("connects and is silent", DIAL + "time.sleep(300)", {"not started", "failed"}),
    ("asks for no gateway's path", DIAL + "path = '/nothing'; " + ASK + "time.sleep(300)", {"failed"}),
    ("crashes once it is connected", DIAL + PATH + ASK + "link.recv(999); os.abort()", {"failed"}),
    ("speaks TLS to a plain port", DIAL + "context = ssl._create_unverified_context(); "
     "context.wrap_socket(link)", {"not started", "failed"}),
    ("ignores SIGTERM", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + DIAL + "time.sleep(300)",
     {"not started", "failed"}),
    ("floods its output", "while True: print('x' * 100000)", {"not started"}),
    ("forks and leaves its children", "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
     "    time.sleep(300) if os.fork() == 0 else os._exit(0)\nelse:\n    time.sleep(300)", {"not started"}),
    ("sends what is no WebSocket", DIAL + "link.sendall(os.urandom(100000)); time.sleep(300)", {"not started", "failed"}),
    ("sends random frames", DIAL + PATH + ASK + "link.recv(999); link.sendall(os.urandom(100000)); time.sleep(300)",
     {"failed"}),
]


def command_of(client, mark):
    program = client if client.startswith(("exit", "no-such", "sleep", "kill")) else f"/usr/bin/python3 -I -c {shlex.quote(client)}"
    return f"export BAD_CLIENT={mark}; {program}"


def left(mark):
    """Processes that still have the mark in their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"BAD_CLIENT={mark}".encode() in file.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            continue
    return found


def fault_of(portcullis, folder, number, client, good):
    mark, report, temporary = f"bad-{os.getpid()}-{number}", f"{folder}/{number}.json", f"{folder}/tmp{number}"
    os.mkdir(temporary)
    began = time.monotonic()
    run = subprocess.run([portcullis, "run", "--exec", command_of(client, mark), "--select", "close/4000/after-ready",
                          "--timeout", "3000", "--json", report], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=LIMIT_S, env={**os.environ, "TMPDIR": temporary}, check=False)
    with open(report, encoding="utf-8") as file:
        result = json.load(file)["results"][0]
    if result["outcome"] not in good:
        return f"outcome {result['outcome']}: {result['why']}"
    if not result["why"]:
        return "no reason is given"
    if run.returncode != (5 if result["outcome"] == "not started" else 1):
        return f"exit status {run.returncode}"
    if len(result["log"]) > 20000:
        return "the whole output is kept"
    if left(mark):
        return f"processes are left: {left(mark)}"
    if os.listdir(temporary):
        return f"files are left: {os.listdir(temporary)}"
    print(f"{time.monotonic() - began:5.1f} s  {result['outcome']}: {result['why']}", flush=True)
    return None


def interrupted(portcullis, folder, number):
    """Ctrl-C, or a terminal that goes: it ends soon, nothing is left, and the client is to blame for nothing."""
    mark, report = f"bad-{os.getpid()}-interrupted", os.path.join(folder, "interrupted.json")
    run = subprocess.Popen([portcullis, "run", "--exec", command_of("sleep 300", mark), "--select", "close/*", "--json",
                            report], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not left(mark) and run.poll() is None:
        time.sleep(0.05)
    run.send_signal(number)
    run.wait(timeout=LIMIT_S)
    if left(mark):
        return f"processes are left: {left(mark)}"
    with open(report, encoding="utf-8") as file:
        outcomes = {result["outcome"] for result in json.load(file)["results"]}
    return None if outcomes == {"skipped"} else f"the scenarios came to {outcomes}"


def outlives_its_terminal(portcullis):
    """With SIGHUP ignored, as nohup has it, it goes on."""
    mock = subprocess.Popen([portcullis, "mock"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    mock.stdout.readline()
    mock.send_signal(signal.SIGHUP)
    try:
        return f"it ended with {mock.wait(timeout=1)}"
    except subprocess.TimeoutExpired:
        mock.terminate()
        return None if mock.wait(timeout=LIMIT_S) == 0 else "it did not end well"


def main(portcullis):
    failed, signals = 0, (signal.SIGINT, signal.SIGHUP)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        for number, (name, client, good) in enumerate(CLIENTS):
            print(f"a client that {name}", flush=True)
            if fault := fault_of(portcullis, folder, number, client, good):
                print(f"FAILED: a client that {name}: {fault}", flush=True)
                failed += 1
        for number in signals:
            if fault := interrupted(portcullis, folder, number):
                print(f"FAILED: interrupted by {number.name}: {fault}")
                failed += 1
    if fault := outlives_its_terminal(portcullis):
        print(f"FAILED: under nohup: {fault}")
        failed += 1
    count = len(CLIENTS) + len(signals) + 1
    print(f"{count - failed} of {count} passed")
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
