"""A headless Chromium driven over the pipe of the DevTools protocol: Python's standard library only."""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find():
    """The path of a Chromium, None where there is none. PICKER_CHROMIUM names another."""
    given = os.environ.get("PICKER_CHROMIUM")
    return given or next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One browser with one page. Every request that the page makes is noted in `requests`."""

    def __init__(self, program, width=1280, height=900):
        self.profile = tempfile.mkdtemp(prefix="picker-browser-")
        self.downloads = pathlib.Path(self.profile, "downloads")
        self.downloads.mkdir()
        to_read, self._out = os.pipe()
        self._in, to_write = os.pipe()

        def set_pipes():  # the browser reads from 3 and writes to 4
            a, b = os.dup(to_read), os.dup(to_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self._log = open(os.path.join(self.profile, "log"), "wb")
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-pipe", "--hide-scrollbars", "--force-color-profile=srgb",
             f"--window-size={width},{height}", f"--user-data-dir={self.profile}/data"],
            preexec_fn=set_pipes, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._next, self._session = b"", 0, None
        self.requests, self.problems = [], []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(domain + ".enable")
        self.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads), eventsEnabled=False)
        self.resize(width, height)

    def close(self):
        try:
            os.write(self._out, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
            self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self._out)
        os.close(self._in)
        self._log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _receive(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended: " + pathlib.Path(self.profile, "log").read_text(errors="replace")[-2000:])
            self._buffer += piece
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details.get("text")))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.send("Page.handleJavaScriptDialog", accept=True)

    def send(self, method, **params):
        self._next += 1
        message = {"id": self._next, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        wanted = self._next
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive(120)
            if answer is None:
                raise RuntimeError(f"the browser did not answer {method}")
            if answer.get("id") == wanted:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def run(self, script):
        """The value of a script's expression, which may be a promise."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]) + "\n" + script)
        return answer["result"].get("value")

    def wait(self, script, seconds=60):
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise AssertionError("did not come true: " + script)
            time.sleep(0.02)

    def frames(self, count=3):
        """Until the page has been drawn that often."""
        self.run(f"new Promise(r => {{ let n = {count}; const f = () => --n < 0 ? r(1) : requestAnimationFrame(f); f(); }})")

    def open(self, path):
        self.requests.clear()
        self.problems.clear()
        self.send("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self.wait("document.documentElement?.dataset.ready === 'true'")
        self.frames()

    def resize(self, width, height, scale=1, mobile=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)
        self.send("Emulation.setTouchEmulationEnabled", enabled=mobile, maxTouchPoints=5)

    def dark(self, on):
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

    def screenshot(self, path, **options):
        pathlib.Path(path).write_bytes(base64.b64decode(self.send("Page.captureScreenshot", **options)["data"]))

    def click(self, x, y):
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)  # as every mouse does before
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.frames()

    def tap(self, x, y):
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.frames()

    def centre(self, selector):
        """Of an element, in the window, into which it is scrolled."""
        return self.run(f"""(() => {{ const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{ block: "nearest", behavior: "instant" }});
            const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})()""")

    def click_on(self, selector):
        self.click(*self.centre(selector))

    def key(self, key, code=None, modifiers=0):
        named = {"Enter": 13, "Delete": 46, "PageDown": 34, "PageUp": 33, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38,
                 "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, " ": 32}
        number = named.get(key, ord(key.upper()) if len(key) == 1 else 0)
        extra = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=code or key, windowsVirtualKeyCode=number,
                  modifiers=modifiers, **extra)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or key, windowsVirtualKeyCode=number,
                  modifiers=modifiers)
        self.frames()

    def download(self, selector, name):
        """The text of the file that a click gives."""
        path = self.downloads / name
        path.unlink(missing_ok=True)
        self.click_on(selector)
        end = time.monotonic() + 60
        while not path.exists():
            if time.monotonic() > end:
                raise AssertionError(f"no download {name}; there are {sorted(p.name for p in self.downloads.iterdir())}")
            self.frames(1)
        return path.read_text()
