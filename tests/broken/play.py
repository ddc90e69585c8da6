#!/usr/bin/python3 -I
"""Plays scenarios to the client without a bug, and with each of its bugs, and looks at what the judge says.

Usage: play.py PORTCULLIS CLIENT BUGS SCENARIOS [NAME...]

SCENARIOS is a file with those whose ids begin with broken/; the others come with the program.
Without a bug every scenario has to pass, and with each bug the scenario that it names has to fail: the requirement
that the bug breaks is named, by a rule that was broken or, where the client only stood still, as what the scenario asks
for. Every other rule that was broken has to be among those that the bug may break as well. NAMEs are bugs, or none.
What fails while others run beside it is played again, alone: a busy machine makes every time uncertain. Ends with 0 when all of it held.
"""

import asyncio
import json
import os
import re
import shlex
import sys
import tempfile
import time

AT_ONCE = 16  # most of the time everybody waits
TRIES_ALONE = 2
RUN_S = 150.0
QUICK = {"BACKOFF_FIRST": "0.4", "BACKOFF_MAX": "4", "INVALID_WAIT_MIN": "1.05", "INVALID_WAIT_MAX": "1.5",
         "HELLO_TIMEOUT": "7", "CLOSE_TIMEOUT": "2"}
OWN, LONG = "broken/", "x" * (3 << 19)  # a mebibyte and a half, which nobody wants to read in a file
BROKEN = ("VIOLATION", "DEVIATION")


class Case:
    """Scenarios and a client, with a bug or without."""

    def __init__(self, scenario, environment, bug=None, good=("passed", "flaky", "skipped")):
        self.scenario, self.environment, self.bug = scenario, QUICK | environment, bug
        self.good = good  # outcomes without a bug
        self.name = f"{bug['name'] if bug else 'none'} in {scenario}"

    async def play(self, portcullis, client, directory):
        """Gives what is wrong: a line for each scenario."""
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        client_command = ["exec", "/usr/bin/env", *settings, "/usr/bin/python3", "-I", client]
        client_command += ["--bug", self.bug["name"]] if self.bug else []
        own = ["--scenarios", os.path.join(directory, "scenarios")] if self.scenario.startswith(OWN) else []
        report = os.path.join(directory, f"{id(self)}.json")
        run = await asyncio.create_subprocess_exec(
            portcullis, "run", "--exec", shlex.join(client_command), "--select", self.scenario, *own, "--json", report,
            "--jobs", str(AT_ONCE), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        try:
            said, _ = await asyncio.wait_for(run.communicate(), RUN_S)
        except asyncio.TimeoutError:
            run.kill()
            await run.wait()
            return [f"no end within {RUN_S:.0f} s"]
        try:
            with open(report, encoding="utf-8") as file:
                results = json.load(file)["results"]
        except (OSError, ValueError, KeyError):
            return [f"no report, exit {run.returncode}: {said.decode()[-500:]}"]
        self.played = [result["scenario"] for result in results if result["outcome"] != "skipped"]
        faults = [fault for fault in map(self.fault, results) if fault]
        return faults if self.played else ["nothing was played"]

    def fault(self, result):
        broken = [rule for rule in result["rules"] if any(finding["verdict"] in BROKEN for finding in rule["findings"])]
        seen = f"{result['scenario']}: {result['outcome']}: {result['why']} {[rule['id'] for rule in broken]}"
        if not self.bug:
            return None if result["outcome"] in self.good and not broken else seen
        named = set().union(*(rule["requirements"] for rule in broken)) if broken else set(result["requirements"][:1])
        if result["outcome"] not in ("failed", "not started") or self.bug["requirement"] not in named:
            return f"{self.bug['requirement']} is not named; {seen}"
        may = {self.bug["requirement"], *self.bug["allowed"]}
        other = [rule["id"] for rule in broken if not may.intersection(rule["requirements"])]
        return f"also broken: {other}; {seen}" if other else None


def cases_of(bugs):
    """Without a bug each scenario that is not the program's or has a setting of its own; then every bug."""
    settings = {(bug["scenario"], json.dumps(bug.get("environment", {}), sort_keys=True)): bug for bug in bugs}
    good = [Case(bug["scenario"], bug.get("environment", {}), None, (bug.get("without", "passed"), "flaky"))
            for bug in settings.values() if bug["scenario"].startswith(OWN) or "environment" in bug]
    return good + [Case(bug["scenario"], bug.get("environment", {}), bug) for bug in bugs]


def misnamed(bugs, client):
    """The names that stand in one of the two files only, or twice."""
    with open(client, encoding="utf-8") as file:
        built = set(re.findall(r'self\.bug [!=]= "([a-z0-9-]+)"', file.read()))
    names = [bug["name"] for bug in bugs]
    return sorted(built.symmetric_difference(names)) + sorted({name for name in names if names.count(name) > 1})


def lay_out(scenarios, directory):
    os.mkdir(os.path.join(directory, "scenarios"))
    with open(scenarios, encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(directory, "scenarios", "broken.json"), "w", encoding="utf-8") as file:
        file.write(text.replace('"LONG"', f'"{LONG}"'))


async def main(portcullis, client, bugs_file, scenarios, wanted):
    with open(bugs_file, encoding="utf-8") as file:
        bugs = json.load(file)["bugs"]
    if wrong := misnamed(bugs, client):
        print(f"FAILED: not both in the client and in the list: {wrong}")
        return 1
    cases = [case for case in cases_of(bugs) if not wanted or (case.bug["name"] if case.bug else "none") in wanted]
    began, turns = time.monotonic(), asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as directory:
        lay_out(scenarios, directory)

        async def in_turn(case):
            async with turns:
                return await case.play(portcullis, client, directory)

        everything = [Case("*", {})] if not wanted or "none" in wanted else []
        faults = [await case.play(portcullis, client, directory) for case in everything]
        faults += await asyncio.gather(*map(in_turn, cases))
        again = [(case, seen) for case, seen in zip(everything + cases, faults) if seen]
        failed = 0
        for case, seen in again:
            for _ in range(TRIES_ALONE):
                print(f"again, alone: {case.name}: {'; '.join(seen)}", flush=True)
                seen = await case.play(portcullis, client, directory)
                if not seen:
                    break
            failed += len(seen)
            for fault in seen:
                print(f"FAILED: {case.name}: {fault}", flush=True)
    good = sum(case.bug is None for case in cases) + sum(len(case.played) for case in everything)
    bad = sum(case.bug is not None for case in cases)
    print(f"{good} scenarios without a bug, {bad} bugs, {len(again)} played again, {failed} failed, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed or not good + bad else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*map(os.path.abspath, sys.argv[1:5]), sys.argv[5:])))
