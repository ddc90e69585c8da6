"""Looks at the mock's page in headless Chromium while clients come and go, and presses its buttons.

Usage: page_test.py PORTCULLIS CLIENT

PORTCULLIS is the program, CLIENT the client of tests/broken. Red, not skipped, where chromium or wsproto is missing.
"""

import atexit
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from browser import Browser

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.page.not-to-be-shown"
# The client's times, so that nothing waits long.
QUICK = {"BACKOFF_FIRST": "0.3", "BACKOFF_MAX": "1", "INVALID_WAIT_MIN": "1.05", "INVALID_WAIT_MAX": "1.3", "CLOSE_TIMEOUT": "2"}
HEARTBEAT_MS = 1500


class Mock:
    def __init__(self, portcullis, folder, port=0):
        ready = os.path.join(folder, f"ready-{time.monotonic()}")
        self.process = subprocess.Popen(
            [portcullis, "mock", "--ui", "--quiet", "--ready-file", ready, "--heartbeat-ms", str(HEARTBEAT_MS),
             "--control-port", str(port)], env={**os.environ, "PORTCULLIS_TOKEN": TOKEN}, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        deadline = time.monotonic() + 20
        while not os.path.exists(ready):
            assert time.monotonic() < deadline and self.process.poll() is None, "the mock does not start"
            time.sleep(0.02)
        with open(ready, encoding="utf-8") as file:
            self.urls = json.load(file)
        self.port = urllib.parse.urlsplit(self.urls["control_url"]).port
        self.clients = []

    def ask(self, method, path, body=None, **fields):
        """Gives status and body; a field's name has _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        status, text = answer.status, answer.read().decode()
        connection.close()
        return status, text

    def connect(self, client, bug=None):
        environment = {**os.environ, **QUICK, "PORTCULLIS_TOKEN": TOKEN, "PORTCULLIS_API": self.urls["api_url"]}
        command = ["/usr/bin/python3", "-I", client] + (["--bug", bug] if bug else [])
        self.clients.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        atexit.register(self.clients[-1].kill)

    def end(self):
        """Gives all that it printed."""
        for client in self.clients:
            client.terminate()
            client.wait(10)
        self.process.terminate()
        printed, _ = self.process.communicate(timeout=10)
        assert self.process.returncode == 0, f"the mock ended with {self.process.returncode}"
        return printed


def check_foreign(mock):
    """What a page of another site makes a browser send is refused, and changes nothing."""
    host = f"127.0.0.1:{mock.port}"
    other = [{"Host": "evil.example"}, {"Host": f"evil.example:{mock.port}"}, {"Host": "127.0.0.1.evil.example"},
             {"Host": "127.0.0.1:80.evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
             {"Origin": f"https://{host}"}, {"Origin": "http://127.0.0.1:1"}, {"Sec_Fetch_Site": "cross-site"},
             {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}]
    for fields in other:
        for method, path in (("GET", "/"), ("GET", "/ui"), ("GET", "/events"), ("GET", "/sessions"), ("POST", "/drop")):
            status, text = mock.ask(method, path, **fields)
            assert status == 403 and json.loads(text)["error"], f"{method} {path} {fields}: {status}"
    own = [{}, {"Host": host}, {"Host": f"localhost:{mock.port}"}, {"Host": f"[::1]:{mock.port}"}, {"Host": "LOCALHOST"},
           {"Origin": f"http://{host}", "Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "none"},
           {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}]
    for fields in own:
        assert mock.ask("GET", "/ui", **fields)[0] == 200, fields
    assert mock.ask("POST", "/drop", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 403
    assert mock.ask("POST", "/ui")[0] == 405


def what_there_is(browser, text):
    """A row of the wire log that is shown and holds this text."""
    return f"rows.some((row) => !row.element.hidden && row.element.textContent.includes({json.dumps(text)}))"


LIVE = "[...clients.values()].filter((client) => client.state === 'Authenticated')"


def settled(browser):
    """Waits for the one client to be there, and gives its link."""
    try:
        return browser.until(f"{LIVE}.length === 1 && {LIVE}[0].link", 40)
    except AssertionError as error:
        raise AssertionError(browser.run("byId('status').textContent + JSON.stringify([...clients.values()])")) from error


def press(browser, verb, answer="reached 1"):
    """Presses a verb's button and reads what comes of it."""
    browser.run("tell('', false)")
    browser.run(f"document.querySelector('[data-verb={json.dumps(verb)}]').click()")
    told = browser.until("byId('answer').textContent")
    assert answer in told, f"{verb}: {told}"


def fill(browser, field, value):
    browser.run(f"byId({json.dumps(field)}).value = {json.dumps(value)}")


def moves_on(browser, verb):
    """Presses a button after which the client comes back on another link; says whether it has resumed."""
    before = settled(browser)
    press(browser, verb)
    browser.until(f"clients.get({before})?.ended", 25)
    after = settled(browser)
    assert after > before
    return browser.run(f"clients.get({after}).resumed")


def check_client(browser):
    link = settled(browser)
    card = browser.run(f"document.querySelector('.client[data-link=\"{link}\"]').textContent")
    for text in (f"C{link}", "shard 0/1", "Authenticated", "v10", "json", "not compressed", "GUILDS, GUILD_MESSAGES", "plain",
                 "every 1.5 s"):
        assert text in card, f"{text} is missing: {card}"
    browser.until("document.querySelector('.client').textContent.includes('last beat')")
    browser.run("window.before = document.querySelector('.client'); before.focus()")
    browser.until("rows.at(-1).n > (window.n ??= rows.at(-1).n)")
    assert browser.run("before.isConnected && document.activeElement === before"), "a card cannot be clicked while it changes"
    assert browser.run("byId('state-Authenticated').classList.contains('lit')")
    assert browser.run("byId('move-Unauthenticated-Authenticated').classList.contains('taken')")
    assert browser.run("byId('diagram-words').textContent").endswith("SendReady (GW-ID-16).")
    assert browser.run("document.querySelectorAll('.move').length") == browser.run("table.moves.length") > 8
    for text in ("connects to ws", "op 10 Hello", "op 2 Identify", "READY  s 1", "GUILD_CREATE", "op 11 Heartbeat ACK", "462 B"):
        browser.until(what_there_is(browser, text.replace("462 B", " B")))
    browser.run("rows.find((row) => row.entry.payload?.op === 10).element.querySelector('summary').click()")
    browser.until("document.querySelector('#log pre')?.textContent.includes('\"heartbeat_interval\": 1500')")


def check_verbs(browser, mock):
    """Each button does what it says."""
    listed = [verb["path"][1:] for verb in json.loads(mock.ask("GET", "/")[1])["verbs"] if verb["path"] != "/"]
    browser.until(f"document.querySelectorAll('#verbs .verb').length === {len(listed)}")
    for verb in listed:
        assert browser.run(f"[...document.querySelectorAll('[data-verb]')].some((one) => one.dataset.verb.split(' ')[0] === '{verb}')"), verb
    settled(browser)
    fill(browser, "field-dispatch-t", "PAGE_EVENT")
    fill(browser, "field-dispatch-d", '{"id": 12345678901234567890')
    press(browser, "dispatch", "d is not JSON")
    fill(browser, "field-dispatch-d", '{"id": 12345678901234567890}')
    press(browser, "dispatch")
    browser.until(what_there_is(browser, "PAGE_EVENT  s "))
    fill(browser, "field-send-payload", '{"op": 11, "d": "from the page"}')
    press(browser, "send")
    browser.until("rows.some((row) => row.entry.payload?.d === 'from the page')")
    press(browser, "heartbeat")
    browser.until(f"{LIVE}[0].latency_ms !== null && document.querySelector('.client').textContent.includes('answers in')")
    press(browser, "hello")
    browser.until("rows.filter((row) => row.entry.payload?.op === 10).length > 1")
    press(browser, "sessions", "identifies")
    told = browser.run("byId('answer').textContent")
    assert "shard" in told and not any(one["id"] in told for one in json.loads(mock.ask("GET", "/sessions")[1]))
    assert moves_on(browser, "reconnect"), "op 7 is followed by a Resume"
    assert moves_on(browser, "invalid true"), "op 9 true is followed by a Resume"
    assert moves_on(browser, "drop"), "a lost link is followed by a Resume"
    fill(browser, "field-close-code", "1005")
    press(browser, "close", "must be one that a server may send")
    fill(browser, "field-close-code", "4000")
    assert moves_on(browser, "close"), "4000 is followed by a Resume"
    browser.until(what_there_is(browser, "Close 4000 “unknown error”"))
    assert moves_on(browser, "silence true"), "a zombie is followed by a Resume"
    press(browser, "silence false")
    press(browser, "forget")
    assert not moves_on(browser, "drop"), "a session that is forgotten is not resumed"
    assert not moves_on(browser, "invalid false"), "op 9 false is followed by an Identify"
    browser.run(f"byId('target').value = String({settled(browser)})")
    press(browser, "heartbeat")
    browser.run("byId('target').append(new Option('C999', '999')); byId('target').value = '999'")
    before = browser.run("rows.length")
    browser.until(f"rows.length > {before}")  # what comes meanwhile leaves the choice alone
    press(browser, "heartbeat", "nobody was reached")
    browser.run("byId('target').value = ''")


def check_log(browser):
    settled(browser)
    fill(browser, "field-dispatch-t", "WHILE_PAUSED")
    browser.run("byId('pause').focus()")
    browser.press_enter()
    browser.until("byId('pause').getAttribute('aria-pressed') === 'true'")
    press(browser, "dispatch")
    browser.until("held.some((entry) => entry.payload?.t === 'WHILE_PAUSED')")
    assert not browser.run(what_there_is(browser, "WHILE_PAUSED"))
    assert "new)" in browser.run("byId('pause').textContent")
    browser.run("byId('pause').click()")
    browser.until(what_there_is(browser, "WHILE_PAUSED"))
    browser.run("byId('filter').value = 'while_paused'; byId('filter').dispatchEvent(new Event('input'))")
    shown = browser.run("rows.filter((row) => !row.element.hidden).map((row) => row.element.textContent)")
    assert len(shown) == 1 and "WHILE_PAUSED" in shown[0], shown
    browser.run("byId('filter').value = ''; byId('beats').click()")
    assert not browser.run(what_there_is(browser, "Heartbeat ACK"))
    browser.run("byId('beats').click()")
    assert browser.run(what_there_is(browser, "Heartbeat ACK"))
    browser.run("byId('of').value = byId('of').options[1].value; byId('of').dispatchEvent(new Event('input'))")
    assert browser.run("rows.filter((row) => !row.element.hidden).every((row) => String(row.entry.link) === byId('of').value)")
    browser.run("byId('of').value = ''; refilter()")


def check_secrets(browser, mock, session_ids):
    """Neither the page nor what it is told holds the token or a session's id."""
    assert len(session_ids) > 1 and all(len(one) >= 16 for one in session_ids)
    page = browser.run("document.documentElement.outerHTML + JSON.stringify(rows.map((row) => row.entry)) + JSON.stringify([...clients])")
    assert '"session_id"' in page and '"token"' in page
    for secret in (TOKEN, *session_ids):
        assert secret not in page, "a secret is on the page"


# Contrast as WCAG 2.1 has it, of texts on what lies behind them.
CONTRAST = """(() => {
  const light = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = (one) => { for (; one; one = one.parentElement) { const c = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)|transparent/.test(c)) return c; } return "rgb(255, 255, 255)"; };
  const low = new Set();
  for (const one of document.querySelectorAll("body *:not(script):not(option)")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || one.closest("svg") || !one.getClientRects().length || one.closest(".ended")) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.add(one.className + ": " + one.textContent.slice(0, 30));
  }
  return [...low]; })()"""
NAMELESS = """[...document.querySelectorAll("button, input, select, textarea, summary, [role=img]")].filter((one) =>
  !(one.textContent.trim() || one.labels?.length || one.getAttribute("aria-label") || one.getAttribute("aria-labelledby")))
  .map((one) => one.outerHTML)"""


def check_looks(browser, url, outputs, name):
    for width, height, place in ((1280, 900, "desk"), (390, 844, "phone"), (320, 640, "small-phone")):
        browser.size(width, height)
        browser.open(url)
        browser.until("rows.length > 5 && clients.size > 0")
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"the page is wider than {width}"
        browser.picture(os.path.join(outputs, f"{place}-{name}.png"))
        assert browser.run(CONTRAST) == [], f"{place} {name}: {browser.run(CONTRAST)}"
    assert browser.run(NAMELESS) == []
    browser.size(1280, 900)


def check_remark(browser, outputs):
    """A remark stands behind the frame that it is about, and cites rule and requirement with its text."""
    browser.until("remarkCount > 0 && rows.some((row) => row.entry.rule === 'heartbeat/sequence')", 25)
    before, remark = browser.run("""(() => { const at = rows.findIndex((row) => row.entry.rule === 'heartbeat/sequence');
      return [rows[at - 1], rows[at]].map((row) => ({ entry: row.entry, text: row.element.textContent,
        place: [...byId('log').children].indexOf(row.element) })); })()""")
    assert remark["entry"]["about"] == before["entry"]["n"] and before["place"] + 1 == remark["place"]
    assert before["entry"]["payload"]["op"] == 1 and before["entry"]["from"] == "client"
    for text in ("VIOLATION", "rule heartbeat/sequence", "GW-HB-5 d of op 1 is the last sequence number received"):
        assert text in remark["text"], remark["text"]
    assert "remark" in browser.run("byId('remarks').textContent") and "nothing" not in browser.run("byId('remarks').textContent")
    browser.picture(os.path.join(outputs, "remark.png"))


def ask_and_not_read(mock):
    """Somebody who follows the events and reads none."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", mock.port))
    slow.sendall(b"GET /events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return slow


def flood(browser, mock):
    """More than the log holds, in frames of seven kilobytes."""
    connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=20)
    body = json.dumps({"t": "FLOOD", "d": {"text": "x" * 7000}})
    for _ in range(2100):
        connection.request("POST", "/dispatch", body)
        connection.getresponse().read()
    connection.close()
    browser.until("rows.filter((row) => row.entry.payload?.t === 'FLOOD').length > 1000 && rows.at(-1).n > 2100", 30)
    assert browser.run("rows.length <= 2000 && byId('log').children.length <= 2000")
    assert mock.ask("GET", "/sessions")[0] == 200


def check_dropped(slow, mock):
    """Who does not read is ended, and the others are served."""
    deadline = time.monotonic() + 25
    slow.settimeout(1)
    while True:
        with open("/proc/net/tcp", encoding="ascii") as file:
            local = f"0100007F:{slow.getsockname()[1]:04X}"
            server = [line.split()[3] for line in file if line.split()[2] == local]
        if "01" not in server:  # established
            break
        assert time.monotonic() < deadline, "a browser that does not read is kept"
        time.sleep(0.2)
    slow.close()
    assert mock.ask("GET", "/ui")[0] == 200


def first_mock(portcullis, client, folder, outputs, browser):
    mock = Mock(portcullis, folder)
    assert mock.urls["ui_url"] == mock.urls["control_url"] + "/ui"
    browser.open(mock.urls["ui_url"])
    browser.until("byId('status').textContent === 'live'")
    assert browser.run("!byId('nobody').hidden")
    mock.connect(client)
    settled(browser)
    check_foreign(mock)
    ids = {session["id"] for session in json.loads(mock.ask("GET", "/sessions")[1])}
    check_client(browser)
    check_verbs(browser, mock)
    check_log(browser)
    ids |= {session["id"] for session in json.loads(mock.ask("GET", "/sessions")[1])}
    check_secrets(browser, mock, ids)
    told = browser.run("rows.filter((row) => row.entry.verdict === 'VIOLATION').map((row) => row.entry.rule + ': ' + row.entry.seen)")
    assert told == [], f"a client that keeps the rules is blamed: {told}"
    slow = ask_and_not_read(mock)
    flood(browser, mock)
    browser.open(mock.urls["ui_url"])  # a page that comes late sees who is there
    settled(browser)
    assert "GUILDS" in browser.run("document.querySelector('.client').textContent")
    check_dropped(slow, mock)
    # The browser logs the two requests that were wrong on purpose, and nothing else.
    wrong = [error for error in browser.errors if not ("status of 400" in error and "/close" in error) and
             not ("status of 404" in error and "/heartbeat" in error)]
    assert wrong == [], wrong
    assert all(url.startswith(mock.urls["control_url"]) for url in browser.requests), browser.requests
    return mock


def main(portcullis, client):
    outputs = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR") or tempfile.mkdtemp()
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(folder)
        mock = first_mock(portcullis, client, folder, outputs, browser)
        printed = mock.end()
        assert f"page     {mock.urls['ui_url']}" in printed, printed
        # Another mock takes the place of the first, and the page notices.
        browser.until("byId('status').textContent.includes('does not answer')")
        mock = Mock(portcullis, folder, mock.port)
        browser.until("byId('status').textContent === 'live' && clients.size === 0")
        mock.connect(client, "beat-stale-seq")
        settled(browser)
        for _ in range(3):
            press(browser, "dispatch")
        check_remark(browser, outputs)
        browser.errors.clear()  # the browser tells of a mock that was not there
        check_looks(browser, mock.urls["ui_url"], outputs, "light")
        browser.dark()
        check_looks(browser, mock.urls["ui_url"], outputs, "dark")
        assert browser.errors == [], browser.errors
        browser.close()
        mock.end()


main(*sys.argv[1:])
print("page_test: clients, wire, remarks, controls and looks are good")
