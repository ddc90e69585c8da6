"""Headless Chromium, steered over a pipe by its DevTools protocol. Nothing but Python's own library is needed."""

import atexit
import base64
import fcntl
import json
import os
import select
import subprocess
import time


def out_of_the_way(descriptor):
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(descriptor)
    return moved


class Browser:
    """One tab. What the page logs as an error, and each address that it asks, is kept."""

    def __init__(self, folder):
        to_browser, self.input = map(out_of_the_way, os.pipe())
        self.output, from_browser = map(out_of_the_way, os.pipe())
        # The protocol has its place at descriptors 3 and 4.
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
                   "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                   f"--user-data-dir={folder}/profile", "about:blank"]
        shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(["bash", "-c", shell, "bash", *command], pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": folder})
        atexit.register(self.process.kill)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.bytes, self.session = 0, b"", None
        self.errors, self.requests = [], []
        tabs = self.ask("Target.getTargets")["targetInfos"]
        tab = next(tab for tab in tabs if tab["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        os.close(self.input)
        os.close(self.output)

    def ask(self, method, **parameters):
        """Gives the result of a command; what happened meanwhile is noted."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.input, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while True:
            heard = self.hear(deadline)
            if heard.get("id") == self.number:
                if "error" in heard:
                    raise RuntimeError(f"{method}: {heard['error']['message']}")
                return heard["result"]

    def hear(self, deadline):
        while b"\0" not in self.bytes:
            if not select.select([self.output], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            some = os.read(self.output, 1 << 16)
            if not some:
                raise RuntimeError("the browser has ended")
            self.bytes += some
        text, self.bytes = self.bytes.split(b"\0", 1)
        heard = json.loads(text)
        self.note(heard.get("method"), heard.get("params", {}))
        return heard

    def note(self, method, parameters):
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.errors.append(json.dumps(parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.errors.append(json.dumps(parameters["entry"]))

    def open(self, url):
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def run(self, script):
        """Gives the value of an expression in the page; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script, wait_s=15):
        """Waits until an expression in the page is true, and gives its value."""
        deadline = time.monotonic() + wait_s
        while not (value := self.run(script)):
            if time.monotonic() > deadline:
                raise AssertionError(f"still not true after {wait_s} s: {script}")
            time.sleep(0.05)
        return value

    def dark(self):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def picture(self, path):
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def press_enter(self):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
