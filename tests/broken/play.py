#!/usr/bin/python3 -I
"""Plays scenarios to the client without a bug, and with each of its bugs, and looks at what the judge says.

Usage: play.py PORTCULLIS CLIENT BUGS SCENARIOS [NAME...]

SCENARIOS is a file with those whose ids begin with broken/; the others come with the program.
Without a bug every scenario that a bug names has to pass, and with each bug its scenario has to fail: the requirement
that the bug breaks is named, by a rule that was broken or, where the client only stood still, as what the scenario asks
for. Every other rule that was broken has to be among those that the bug may break as well. NAMEs are bugs, or none.
What fails while others run beside it is played again, alone. Ends with 0 when all of it held.
"""

import asyncio
import json
import os
import re
import shlex
import sys
import tempfile
import time

AT_ONCE = 12  # most of the time everybody waits
RUN_S = 90.0
QUICK = {"BACKOFF_FIRST": "0.4", "BACKOFF_MAX": "4", "INVALID_WAIT_MIN": "1.05", "INVALID_WAIT_MAX": "1.5",
         "HELLO_TIMEOUT": "7", "CLOSE_TIMEOUT": "2"}
OWN, LONG = "broken/", "x" * (3 << 19)  # a mebibyte and a half, which nobody wants to read in a file
BROKEN = ("VIOLATION", "DEVIATION")


class Case:
    """A scenario and a client, with a bug or without."""

    def __init__(self, scenario, environment, bug=None, good=("passed", "flaky")):
        self.scenario, self.environment, self.bug = scenario, QUICK | environment, bug
        self.good = good  # outcomes without a bug
        self.name = f"{bug['name'] if bug else 'none'} in {scenario}"

    async def play(self, portcullis, client, directory):
        """Gives what is wrong, or nothing."""
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        command = ["exec", "/usr/bin/env", *settings, "/usr/bin/python3", "-I", client]
        command += ["--bug", self.bug["name"]] if self.bug else []
        own = ["--scenarios", os.path.join(directory, "scenarios")] if self.scenario.startswith(OWN) else []
        report = os.path.join(directory, f"{id(self)}.json")
        command = [portcullis, "run", "--exec", shlex.join(command), "--select", self.scenario, *own, "--json", report]
        run = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        try:
            said, _ = await asyncio.wait_for(run.communicate(), RUN_S)
        except asyncio.TimeoutError:
            run.kill()
            await run.wait()
            return f"no end within {RUN_S:.0f} s"
        try:
            with open(report, encoding="utf-8") as file:
                results = json.load(file)["results"]
        except (OSError, ValueError, KeyError):
            return f"no report, exit {run.returncode}: {said.decode()[-500:]}"
        played = [result for result in results if result["scenario"] == self.scenario]
        if len(played) != 1:
            return f"no such scenario, exit {run.returncode}: {said.decode()[-300:]}"
        return self.fault(played[0])

    def fault(self, result):
        broken = [rule for rule in result["rules"] if any(finding["verdict"] in BROKEN for finding in rule["findings"])]
        seen = f"{result['outcome']}: {result['why']} {[rule['id'] for rule in broken]}"
        if not self.bug:
            return None if result["outcome"] in self.good and not broken else seen
        named = set().union(*(rule["requirements"] for rule in broken)) if broken else set(result["requirements"][:1])
        if result["outcome"] not in ("failed", "not started") or self.bug["requirement"] not in named:
            return f"{self.bug['requirement']} is not named; {seen}"
        may = {self.bug["requirement"], *self.bug["allowed"]}
        other = [rule["id"] for rule in broken if not may.intersection(rule["requirements"])]
        return f"also broken: {other}; {seen}" if other else None


def cases_of(bugs):
    """Each scenario that is named without a bug, in each setting in which it is used; then every bug."""
    settings = {(bug["scenario"], json.dumps(bug.get("environment", {}), sort_keys=True)): bug for bug in bugs}
    good = [Case(bug["scenario"], bug.get("environment", {}), None, (bug.get("without", "passed"), "flaky"))
            for bug in settings.values()]
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

        faults = await asyncio.gather(*map(in_turn, cases))
        again = [case for case, fault in zip(cases, faults) if fault]
        failed = {}
        for case in again:
            print(f"again, alone: {case.name}", flush=True)
            if fault := await case.play(portcullis, client, directory):
                failed[case.name] = fault
                print(f"FAILED: {case.name}: {fault}", flush=True)
    good = sum(case.bug is None for case in cases)
    print(f"{good} scenarios without a bug, {len(cases) - good} bugs, {len(again)} played again, {len(failed)} failed, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*map(os.path.abspath, sys.argv[1:5]), sys.argv[5:])))
