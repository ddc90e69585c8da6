#!/usr/bin/python3 -I
"""Runs the commands of README.md and docs/ as they are typed.

Usage: blocks_test.py PORTCULLIS WORKSPACE [PAGE...]

The ```sh blocks of a page are one script, run in a folder that holds nothing but links to what the page may name; what
it leaves in the background is ended. The commands of ```console blocks are not run: elsewhere.json says of each, by
the beginning of the line, where it is run instead or why nowhere, and holds nothing that no page says. Without PAGEs
all pages are tried.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINKS = ("corpus", "examples", "oracle")
PAGE_S = 240


def blocks(page, language):
    return [text for found, text in BLOCK.findall(page.read_text()) if found == language]


def end(group):
    """Ends what a page has left running."""
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        pass


def run(page, portcullis, top):
    """Gives what is wrong with a page's commands, or None."""
    script = "".join(blocks(page, "sh"))
    with tempfile.TemporaryDirectory() as folder:
        bin_folder = pathlib.Path(folder, ".bin")
        bin_folder.mkdir()
        (bin_folder / "portcullis").symlink_to(portcullis)
        for link in LINKS:
            pathlib.Path(folder, link).symlink_to(top / link)
        environment = {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"}
        log = pathlib.Path(folder, ".log")
        with log.open("wb") as out:
            bash = subprocess.Popen(["bash", "-euxo", "pipefail", "-c", script], cwd=folder, env=environment, stdout=out,
                                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                status = bash.wait(PAGE_S)
            except subprocess.TimeoutExpired:
                status = f"nothing for {PAGE_S} s"
            end(bash.pid)
            bash.wait(10)
        if status == 0:
            return None
        return f"{page.name} ended with {status}:\n" + log.read_text(errors="replace")[-4000:]


def commands(page):
    """Gives the commands of the console blocks, which stand behind a prompt."""
    return [line[2:] for text in blocks(page, "console") for line in text.splitlines() if line.startswith("$ ")]


def check_elsewhere(pages, elsewhere):
    """Gives the commands that nothing is said of, and what is said of no command."""
    unsaid, unused = [], dict(elsewhere)
    for page in pages:
        for command in commands(page):
            known = [begin for begin in elsewhere if command.startswith(begin)]
            if not known:
                unsaid.append(f"{page.name}: no block of sh, and not in elsewhere.json: {command}")
            for begin in known:
                unused.pop(begin, None)
    return unsaid + [f"elsewhere.json: no page says {begin}" for begin in unused]


def check(pages, wanted, portcullis, top):
    """Gives what is wrong with the pages, where only those that are wanted are run."""
    faults = check_elsewhere(pages, json.loads((top / "tests/docs/elsewhere.json").read_text()))
    for page in wanted:
        if not blocks(page, "sh") + blocks(page, "console"):
            faults.append(f"{page.name}: no command")
        fault = run(page, portcullis, top)
        print(f"{page.name}: {len(blocks(page, 'sh'))} blocks of commands, {'FAILED' if fault else 'passed'}", flush=True)
        if fault:
            faults.append(fault)
    return faults


def main():
    portcullis, workspace, *names = sys.argv[1:]
    top = pathlib.Path(workspace).resolve().parent
    pages = [top / "README.md", *sorted((top / "docs").glob("*.md"))]
    wanted = [top / name for name in names] or pages
    faults = check(pages, wanted, pathlib.Path(portcullis).resolve(), top)
    for fault in faults:
        print("FAILED:", fault)
    print(f"{len(wanted)} pages, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
