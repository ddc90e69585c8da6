"""Shims that say nonsense, nothing, too much, or do not follow: each gets a verdict that names its fault.

bad_shims.py PORTCULLIS GOOD_SHIM
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

LIMIT_S = 30
SAY = "import sys, time\nsys.stdin.readline()\n"

# Name, the shim, the scenario, and a part of what is said.
SHIMS = [
    ("says what is no JSON", SAY + "print('ready!', flush=True); time.sleep(300)", "line 1 of the shim: is no JSON"),
    ("says it in the third line", SAY + "print('{\"state\":\"ready\"}\\n' * 2 + '{\"state\":\"odd\"}', flush=True)\n"
     "time.sleep(300)", "line 3 of the shim: \"state\" must be one of"),
    ("never ends its line", SAY + "sys.stdout.write('x' * 1000000); sys.stdout.flush(); time.sleep(300)",
     "line 1 of the shim has more than 64 KiB"),
    ("floods", SAY + "while True: print('{\"session\":null}')", "the shim told more than 100,000 things"),
    ("says nothing", "import time; time.sleep(300)", "never connected"),
    ("ends at once", "pass", "ended by itself with status 0"),
    ("closes its input", "import os, time; os.close(0); time.sleep(300)", "never connected"),
]


def left(mark):
    """Processes that still have the mark in their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"BAD_SHIM={mark}".encode() in file.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            continue
    return found


def run(portcullis, report, command, scenario):
    done = subprocess.run([portcullis, "run", "--shim", command, "--select", scenario, "--timeout", "4000", "--json",
                           report], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=LIMIT_S, check=False)
    with open(report, encoding="utf-8") as file:
        return done.returncode, json.load(file)["results"][0]


def fault_of(portcullis, report, number, shim, says):
    mark = f"bad-{os.getpid()}-{number}"
    status, result = run(portcullis, report, f"export BAD_SHIM={mark}; exec /usr/bin/python3 -I -c {shlex.quote(shim)}",
                         "close/4000/after-ready")
    if says not in result["why"]:
        return f"it says: {result['why']}"
    if status != 5:
        return f"exit status {status}"
    if left(mark):
        return f"processes are left: {left(mark)}"
    return None


def behind(good, change):
    """The command of a good shim whose output goes through a line of Python."""
    program = f"import sys\nfor line in sys.stdin:\n    {change}\n    sys.stdout.write(line); sys.stdout.flush()"
    return f"{good} | /usr/bin/python3 -I -c {shlex.quote(program)}"


def good_ones(portcullis, report, good):
    """What a good shim says wrong, or cannot do, once it is connected."""
    status, result = run(portcullis, report, behind(good, "line = line.replace('\"ready\"', '\"red\"')"),
                         "close/4000/after-ready")
    if status != 1 or result["outcome"] != "failed" or "\"state\" must be one of" not in result["why"]:
        yield f"a wrong state once connected: {status}, {result['outcome']}: {result['why']}"
    cannot = "line = '{\"unimplemented\":\"send\"}\\n' if '\"GUILD_CREATE\"' in line else line"
    status, result = run(portcullis, report, behind(good, cannot), "command/voice-state")
    if status != 0 or result["outcome"] != "skipped" or result["why"] != "the shim cannot be told to send":
        yield f"unimplemented: {status}, {result['outcome']}: {result['why']}"


def main(portcullis, good):
    faults = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        report = f"{folder}/report.json"
        for number, (name, shim, says) in enumerate(SHIMS):
            began = time.monotonic()
            if fault := fault_of(portcullis, report, number, shim, says):
                faults.append(f"a shim that {name}: {fault}")
            print(f"{time.monotonic() - began:5.1f} s  a shim that {name}", flush=True)
        faults += good_ones(portcullis, report, good)
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
