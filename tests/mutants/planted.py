#!/usr/bin/python3 -I
"""Plants bugs in a copy of the sources, one at a time, and wants a named test to fail at each.

Usage: planted.py [--check] [--tenth] [--jobs N] [NAME...]

tests/mutants/planted/NAME.patch says in its head what is wrong with it, which requirement that breaks, and which test
has to notice. Without NAMEs all are planted; with --tenth a tenth of them, another one for other patches and sources.
--check builds nothing: heads are complete, patches apply. Each of the N jobs has a copy of its own in the user's cache,
where Bazel finds again what the last run built. Ends with 0 when every bug was noticed by its test, 1 when one was not,
2 for wrong usage.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
PATCHES = TOP / "tests/mutants/planted"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "portcullis/planted"
HEAD = re.compile(r"Bug: (?P<bug>\S.{20,})\nBreaks: (?P<breaks>\S+)\nCaught by: //(?P<package>\S+):(?P<name>\S+)\n\n--- a/")
FOLDERS = ("core/", "net/", "driver/", "oracle/")  # tests and tables are no place for a bug
TEST_S = 120
NOTICED, NOT_NOTICED, NOT_BUILT = 3, 0, 1  # as bazel test ends


class Patch:
    """A bug: how to plant it, and what its head says."""

    def __init__(self, path):
        self.path, self.name = path, path.stem
        self.text = path.read_text()
        head = HEAD.match(self.text)
        self.breaks = head and head["breaks"]
        self.package, self.target = (head["package"], head["name"]) if head else (None, None)
        self.files = re.findall(r"^\+\+\+ b/(\S+)$", self.text, re.M)

    @property
    def test(self):
        return f"//{self.package}:{self.target}"

    def faults(self, requirements):
        if self.breaks is None:
            return ["its head is not of the form Bug, Breaks, Caught by"]
        build = TOP / self.package / "BUILD"
        known = build.is_file() and f'"{self.target}"' in build.read_text()
        found = [] if known else [f"there is no {self.test}"]
        if self.breaks not in requirements:
            found.append(f"there is no requirement {self.breaks}")
        if any(not file.startswith(FOLDERS) for file in self.files):
            found.append("it changes more than our code")
        if apply(self, TOP, "--check") != 0:
            found.append("it does not apply")
        return found


def apply(patch, folder, *options):
    """Applies a patch with git, which here is no more than a careful patch program."""
    environment = os.environ | {"GIT_DIR": "/nonexistent"}
    command = ["git", "apply", "--whitespace=nowarn", *options, str(patch.path)]
    return subprocess.run(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, check=False).returncode


def requirements():
    """Gives the ids of the catalogue."""
    ids = set()
    for file in (TOP / "spec/requirements").glob("*.json"):
        ids.update(re.findall(r'"id": "([A-Z0-9-]+)"', file.read_text()))
    return ids


def sources():
    """Gives the files of the checkout, those not yet committed too, as git names them."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                            stdout=subprocess.PIPE, check=True).stdout.decode()
    return [name for name in listed.split("\0") if name and (TOP / name).is_file()]


class Copy:
    """The sources once more, to plant bugs in."""

    def __init__(self, number):
        self.folder = CACHE / str(number)
        names = set(sources()) | {"user.bazelrc"}
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.rglob("*"):
            name = str(old.relative_to(self.folder))
            if not name.startswith("bazel-") and not old.is_dir() and name not in names:
                old.unlink()
        for name in names:
            self.renew(name)

    def renew(self, name):
        source, copy = TOP / name, self.folder / name
        if not source.is_file() or (copy.is_file() and copy.read_bytes() == source.read_bytes()):
            return
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)

    def test(self, *tests):
        """Gives how `bazel test` ended, and what it said."""
        command = ["bazel", "test", "--jobs=2", "--noshow_progress", "--keep_going", f"--test_timeout={TEST_S}",
                   "--curses=no", "--color=no", *tests]
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.decode(errors="replace")

    def plant(self, patch):
        """Gives None when the named test noticed, or what happened instead."""
        if apply(patch, self.folder) != 0:
            return "does not apply"
        code, said = self.test(patch.test)
        for name in patch.files:
            self.renew(name)
        if code == NOTICED:
            return None
        if code == NOT_NOTICED:
            return f"NOT NOTICED by {patch.test}"
        return f"{'does not compile' if code == NOT_BUILT else f'bazel ended with {code}'}\n{said}"

    def leave(self):
        subprocess.run(["bazel", "shutdown"], cwd=self.folder, stderr=subprocess.DEVNULL, check=False)


def tenth(patches):
    """Gives every tenth patch, from one on that the contents of all of them and of our code choose."""
    digest = hashlib.sha256()
    for patch in patches:
        digest.update(patch.text.encode())
    for name in sorted(name for name in sources() if name.startswith(FOLDERS)):
        digest.update((TOP / name).read_bytes())
    return patches[digest.digest()[0] % min(10, len(patches))::10]


def plant_all(patches, copies):
    """Plants each in whichever copy is free; gives the names of those that went unnoticed."""
    free, missed, began = queue.Queue(), [], time.monotonic()
    for copy in copies:
        free.put(copy)

    def one(patch):
        copy, since = free.get(), time.monotonic()
        try:
            return patch, copy.plant(patch), time.monotonic() - since
        finally:
            free.put(copy)

    with concurrent.futures.ThreadPoolExecutor(len(copies)) as pool:
        for number, done in enumerate(concurrent.futures.as_completed([pool.submit(one, p) for p in patches]), 1):
            patch, fault, seconds = done.result()
            print(f"[{number}/{len(patches)}] {patch.name}: {fault or 'noticed by ' + patch.test}, {seconds:.0f} s",
                  flush=True)
            if fault:
                missed.append(patch.name)
    print(f"All planted in {time.monotonic() - began:.0f} s")
    return missed


def run(patches, jobs):
    """Plants the bugs; the tests have to pass without them."""
    copies = [Copy(number) for number in range(min(jobs, len(patches)))]
    try:
        tests = sorted({patch.test for patch in patches})
        print(f"{len(tests)} tests without a bug", flush=True)
        for copy in copies:
            code, said = copy.test(*tests)
            if code != 0:
                print(said, "FAILED: the tests do not pass without a bug", sep="\n")
                return 1
        missed = plant_all(patches, copies)
    finally:
        for copy in copies:
            copy.leave()
    if missed:
        print("FAILED:", *missed)
    print(f"{len(patches) - len(missed)} passed, {len(missed)} failed")
    return 1 if missed else 0


def check(patches):
    """Says what is wrong with the patches themselves; gives 0 when nothing is."""
    known, faulty = requirements(), 0
    for patch in patches:
        for fault in patch.faults(known):
            print(f"FAILED: {patch.path.name}: {fault}")
            faulty += 1
    print(f"{len(patches)} patches, {faulty} faults")
    return 1 if faulty or not patches else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("Usage: "))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tenth", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    patches = [Patch(path) for path in sorted(PATCHES.glob("*.patch"))]
    unknown = set(options.names) - {patch.name for patch in patches}
    if unknown or options.jobs < 1:
        parser.error(f"no such patch: {', '.join(sorted(unknown))}" if unknown else "--jobs needs a number")
    if options.names:
        patches = [patch for patch in patches if patch.name in options.names]
    if options.tenth:
        patches = tenth(patches)
    faulty = check(patches)
    return faulty if faulty or options.check else run(patches, options.jobs)


if __name__ == "__main__":
    sys.exit(main())
