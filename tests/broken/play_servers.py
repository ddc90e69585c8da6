#!/usr/bin/python3 -I
"""Tests the server without a bug, and with each of its bugs, and looks at what is reported.

Usage: play_servers.py PORTCULLIS SERVER BUGS [NAME...]

Without a bug every scenario has to pass, or be skipped for what the server does not offer; with each bug the scenario
that the list names has to fail, and a rule that was broken there names the requirement. NAMEs are bugs, or none. What
fails while others run beside it is played again, alone. Ends with 0 when all of it held.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time

AT_ONCE = 12  # most of the time everybody waits
RUN_S = 100.0
TOKEN = "a.token.for.tests"
BROKEN = ("VIOLATION", "DEVIATION")
SPACED = "identify/too-often"  # the one that needs a server which limits Identifies


async def run(portcullis, server, bug, scenario, directory):
    """Gives the results of one run, or a line that says what went wrong."""
    limited = scenario == SPACED
    environment = dict(os.environ, PORTCULLIS_TOKEN=TOKEN, INTERVAL="2000", LIMIT="1" if limited else "0")
    under_test = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", "-I", server, *(["--bug", bug] if bug else []), env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE)
    try:
        url = (await asyncio.wait_for(under_test.stdout.readline(), 20)).decode().strip()
        report = os.path.join(directory, f"{bug or 'none'}-{time.monotonic_ns()}.json")
        spacing = [] if limited else ["--identify-every", "0"]
        played = await asyncio.create_subprocess_exec(
            portcullis, "run", "--server", url, "--select", scenario, "--slow", "--jobs", "32", "--json", report, *spacing,
            env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        try:
            said, _ = await asyncio.wait_for(played.communicate(), RUN_S)
        except asyncio.TimeoutError:
            played.kill()
            await played.wait()
            return f"no end within {RUN_S:.0f} s"
        try:
            with open(report, encoding="utf-8") as file:
                return json.load(file)["results"]
        except (OSError, ValueError, KeyError):
            return f"no report, exit {played.returncode}: {said.decode()[-500:]}"
    finally:
        under_test.terminate()
        await under_test.wait()


def broken_in(result):
    return [rule for rule in result["rules"] if any(finding["verdict"] in BROKEN for finding in rule["findings"])]


def fault_without_bug(result):
    if result["outcome"] in ("passed", "skipped") and not broken_in(result):
        return None
    return f"{result['scenario']}: {result['outcome']}: {result['why']} {[rule['id'] for rule in broken_in(result)]}"


def fault_with(bug, results):
    named = {requirement for result in results for rule in broken_in(result) for requirement in rule["requirements"]}
    failed = all(result["outcome"] == "failed" for result in results)
    if results and failed and bug["requirement"] in named:
        return None
    return f"{bug['requirement']} is not named: {[(one['outcome'], one['why']) for one in results]}"


async def faults_of(portcullis, server, bug, scenario, directory):
    results = await run(portcullis, server, bug["name"] if bug else "", scenario, directory)
    if isinstance(results, str):
        return [results]
    if bug:
        return [fault for fault in [fault_with(bug, results)] if fault]
    return [fault for fault in map(fault_without_bug, results) if fault] or ([] if results else ["nothing was played"])


def misnamed(bugs, server):
    """The names that stand in one of the two files only, or twice."""
    with open(server, encoding="utf-8") as file:
        built = set(re.findall(r'self\.bug == "([a-z0-9-]+)"', file.read()))
    names = [bug["name"] for bug in bugs]
    return sorted(built.symmetric_difference(names)) + sorted({name for name in names if names.count(name) > 1})


async def main(portcullis, server, bugs_file, wanted):
    with open(bugs_file, encoding="utf-8") as file:
        bugs = json.load(file)["bugs"]
    if wrong := misnamed(bugs, server):
        print(f"FAILED: not both in the server and in the list: {wrong}")
        return 1
    cases = [(None, "*"), (None, SPACED)] + [(bug, bug["scenario"]) for bug in bugs]
    cases = [case for case in cases if not wanted or (case[0]["name"] if case[0] else "none") in wanted]
    began, turns, failed = time.monotonic(), asyncio.Semaphore(AT_ONCE), 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as directory:

        async def in_turn(case):
            async with turns:
                return await faults_of(portcullis, server, *case, directory)

        for case, faults in zip(cases, await asyncio.gather(*map(in_turn, cases))):
            if faults:
                print(f"again, alone: {case[0]['name'] if case[0] else 'none'}: {'; '.join(faults)}", flush=True)
                faults = await faults_of(portcullis, server, *case, directory)
            failed += len(faults)
            for fault in faults:
                print(f"FAILED: {case[0]['name'] if case[0] else 'none'} in {case[1]}: {fault}", flush=True)
    print(f"{len(cases)} runs, {sum(case[0] is not None for case in cases)} bugs, {failed} failed, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*map(os.path.abspath, sys.argv[1:4]), sys.argv[4:])))
