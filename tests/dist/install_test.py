#!/usr/bin/python3 -I
"""Makes the one file to install, and installs and uses it as docs/oracle.md has a build server do it.

Usage: install_test.py

Runs tools/dist, then the `run` steps of the page's workflow in order, in an empty folder. The release is the folder that
tools/dist filled, the bot our own client, and only some scenarios are played. A download with one changed byte has to be
refused. The last line counts what passed and failed.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGE = TOP / "docs/oracle.md"
STEP = re.compile(r"^ *- run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)", re.M)
VARIABLE = re.compile(r"^ {6}([A-Z]+): (\S+)$", re.M)
BOT = "//oracle/clients/portcullis:client"
STEP_S = 240


class Workflow:
    """The steps and variables of the workflow in the page."""

    def __init__(self, bot):
        self.bot = bot
        text = re.search(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]
        self.steps = [textwrap.dedent(block or line) for block, line in STEP.findall(text)]
        self.variables = dict(VARIABLE.findall(text))

    def play(self, release, folder):
        """Gives how each step ended, up to the first that failed."""
        environment = self.variables | {"RELEASE": release.as_uri(), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
        ends = []
        for step in self.steps:
            script = step.replace("node bot.js", str(self.bot)).replace("--level MUST", "--select 'heartbeat/*'")
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, timeout=STEP_S,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
            ends.append((script, done.returncode, done.stdout.decode(errors="replace")))
            if done.returncode != 0:
                break
        return ends


def release_of(folder):
    subprocess.run([str(TOP / "tools/dist"), "--out", str(folder)], check=True, stdin=subprocess.DEVNULL)
    return folder


def our_client():
    subprocess.run(["bazel", "build", "-c", "opt", BOT], cwd=TOP, check=True, stdin=subprocess.DEVNULL)
    return TOP / "bazel-bin" / BOT.removeprefix("//").replace(":", "/")


def check_good(workflow, release, folder):
    for script, status, said in workflow.play(release, folder):
        if status != 0:
            return f"ended with {status}:\n{script}\n{said[-3000:]}"
    missing = [name for name in ("gateway.html", "gateway.xml") if not (folder / name).is_file()]
    return f"wrote no {', '.join(missing)}" if missing else None


def check_changed(workflow, release, folder):
    """A byte of the program is another one; its checksum is not."""
    changed = folder / "release"
    shutil.copytree(release, changed)
    program = changed / workflow.variables["PORTCULLIS"]
    content = bytearray(program.read_bytes())
    content[len(content) // 2] ^= 1
    program.write_bytes(content)
    ends = workflow.play(changed, folder)
    return None if len(ends) == 1 and ends[0][1] != 0 else "the changed program was installed"


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        release, workflow = release_of(pathlib.Path(scratch, "dist")), Workflow(our_client())
        checks = (check_good, check_changed)
        for check in checks:
            folder = pathlib.Path(scratch, check.__name__)
            folder.mkdir()
            fault = check(workflow, release, folder)
            print(f"{check.__name__}: {fault or 'passed'}", flush=True)
            failed += fault is not None
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
