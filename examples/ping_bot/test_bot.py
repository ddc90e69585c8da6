#!/usr/bin/python3
"""Tests the bot against `portcullis mock`: python3 test_bot.py

PORTCULLIS names the program where it is not on the PATH, BOT the command that runs another bot.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BOT = shlex.split(os.environ.get("BOT", f"{shlex.quote(sys.executable)} {shlex.quote(HERE)}/bot.py"))
WAIT_S = 20.0


def until(look, what):
    """Looks again and again until there is something to see, and gives it."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


class Mock:
    """The mock, and what its control port can do."""

    def __init__(self, folder):
        ready = os.path.join(folder, "ready.json")
        self.process = subprocess.Popen(
            [os.environ.get("PORTCULLIS", "portcullis"), "mock", "--world", os.path.join(HERE, "world.json"),
             "--ready-file", ready, "--quiet"], stdout=subprocess.DEVNULL)
        until(lambda: os.path.exists(ready), "the mock")
        with open(ready, encoding="utf-8") as file:
            self.urls = json.load(file)

    def get(self, path, **query):
        return self.ask(path + "?" + urllib.parse.urlencode(query), None)

    def post(self, path, **fields):
        return self.ask(path, json.dumps(fields).encode())

    def ask(self, path, body):
        with urllib.request.urlopen(self.urls["control_url"] + path, body, timeout=WAIT_S) as answer:
            return json.load(answer)

    def answer(self, content, **where):
        """Waits for the bot's message of that content in a channel, or in the direct messages of a user."""
        def look():
            found = [one for one in self.get("/messages", **where) if one["content"] == content]
            return found and found[-1]
        return until(look, f"the message {content!r}")


class PingBot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.mock = Mock(cls.folder.name)
        cls.addClassCleanup(cls.mock.process.wait)
        cls.addClassCleanup(cls.mock.process.terminate)
        environment = {**os.environ, "PORTCULLIS_API": cls.mock.urls["api_url"], "PORTCULLIS_TOKEN": "any.will.do",
                       "PORTCULLIS_URL": cls.mock.urls["gateway_url"]}
        cls.bot = subprocess.Popen(BOT, env=environment)
        cls.addClassCleanup(cls.bot.wait)
        cls.addClassCleanup(cls.bot.terminate)
        until(lambda: cls.mock.get("/sessions") and cls.mock.get("/commands"), "the bot to log in")

    def write(self, content):
        return self.mock.post("/message", channel="general", author="someone", content=content)["id"]

    def use(self, name, **options):
        return self.mock.post("/interaction", name=name, channel="general", user="another", options=options)["id"]

    def test_a_greeting_is_answered(self):
        self.write("$hello")
        self.assertEqual(self.mock.answer("Hello!", channel="general")["author"]["username"], "pinger")

    def test_a_wave_is_returned_and_replied_to(self):
        message = self.write("$wave")
        self.assertEqual(self.mock.answer("I waved.", channel="general")["message_reference"]["message_id"], message)
        waved = next(one for one in self.mock.get("/messages", channel="general") if one["id"] == message)
        self.assertEqual([(one["emoji"]["name"], one["me"]) for one in waved["reactions"]], [("\U0001f44b", True)])

    def test_messages_are_edited_and_deleted(self):
        self.write("$edit")
        self.assertIsNotNone(self.mock.answer("two", channel="general")["edited_timestamp"])
        self.write("$delete")
        self.write("$hello")
        self.mock.answer("Hello!", channel="general")
        until(lambda: all(one["content"] != "gone soon" for one in self.mock.get("/messages", channel="general")),
              "the message to go")

    def test_a_file_comes_with_its_name(self):
        self.write("$file")
        self.assertEqual(self.mock.answer("here", channel="general")["attachments"][0]["filename"], "table.csv")

    def test_a_reaction_is_noticed(self):
        message = self.write("who likes this?")
        self.mock.post("/reaction", message=message, emoji="\U0001f44d", user="another")
        self.mock.answer("another likes it: \U0001f44d", channel="general")

    def test_a_direct_message_is_answered_there(self):
        self.mock.post("/message", author="someone", content="psst")
        self.mock.answer("You wrote: psst", user="someone")

    def test_a_command_is_answered(self):
        self.use("ping")
        self.mock.answer("pong", channel="general")

    def test_a_command_with_options_is_answered_late(self):
        interaction = self.use("count", word="portcullis", whose="another")
        self.mock.answer("10 letters for the other one", channel="general")
        (seen,) = self.mock.get("/interactions", id=interaction)
        self.assertEqual((seen["answered"], seen["answer"]["type"]), ("yes", 5))

    def test_a_button_changes_its_message(self):
        self.use("ask")
        message = self.mock.answer("Well?", channel="general")
        self.mock.post("/interaction", component=message["components"][0]["components"][0]["custom_id"],
                       message=message["id"], user="someone")
        self.assertEqual(self.mock.answer("someone said yes", channel="general")["id"], message["id"])

    def test_a_secret_is_told_to_one_alone(self):
        self.use("secret")
        self.assertEqual(self.mock.answer("nobody else sees this", channel="general")["flags"], 64)


if __name__ == "__main__":
    unittest.main()
