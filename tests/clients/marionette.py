"""A Mozilla program without a screen, driven by JavaScript in its own process over Marionette."""
import json
import os
import signal
import socket
import subprocess
import time


class ScriptError(Exception):
    """The script threw: the message and the JavaScript stack."""


class Marionette:
    """One program with a profile of its own. `patience` bounds, in seconds, its start, each script and its end."""

    def __init__(self, program, profile, patience, **options):
        self.profile, self.patience, self.number = profile, patience, 0
        self.output = open(profile / "output", "w+", errors="replace")
        # A session of its own: whatever it forks ends with it.
        self.process = subprocess.Popen([program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
                                         "--profile", str(profile)], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT, start_new_session=True, **options)

    def __enter__(self):
        try:
            self.socket = socket.create_connection(("127.0.0.1", self._port()), timeout=self.patience)
            self.stream = self.socket.makefile("rb")
            self._receive()
            self._call("WebDriver:NewSession", {})
            self._call("WebDriver:SetTimeouts", {"script": self.patience * 1000})
            self._call("Marionette:SetContext", {"value": "chrome"})
        except BaseException as error:
            printed = self.printed()
            self._kill()
            raise RuntimeError(f"{self.process.args[0]} did not start:\n{printed}") from error
        return self

    def __exit__(self, *_):
        try:
            self._call("Marionette:Quit", {"flags": ["eForceQuit"]})
            self.process.wait(self.patience)
        finally:
            self._kill()
            self.stream.close()
            self.socket.close()

    def run(self, script, *arguments):
        """Runs the body of an async function, whose parameters are `arguments`; gives what it returns."""
        return self._call("WebDriver:ExecuteScript", {
            "script": "const parameters = [...arguments];\nreturn (async () => {\n" + script + "\n})();",
            "args": list(arguments), "newSandbox": False})["value"]

    def printed(self):
        self.output.flush()
        self.output.seek(0)
        return self.output.read()[-8000:]

    def _port(self):
        """With marionette.port = 0 the system picks one, which the program writes into its profile."""
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            try:
                if text := (self.profile / "MarionetteActivePort").read_text():
                    return int(text)
            except FileNotFoundError:
                pass
            try:
                code = self.process.wait(0.05)
                raise RuntimeError(f"it ended with {code}")
            except subprocess.TimeoutExpired:
                pass
        raise RuntimeError("it opened no port")

    def _call(self, name, parameters):
        self.number += 1
        packet = json.dumps([0, self.number, name, parameters])
        self.socket.sendall(f"{len(packet)}:{packet}".encode())
        _, number, error, result = self._receive()
        assert number == self.number, (number, self.number)
        if error:
            raise ScriptError(f"{error['error']}: {error['message']}\n{error.get('stacktrace', '')}")
        return result

    def _receive(self):
        length = b""
        while (byte := self.stream.read(1)) != b":":
            if not byte:
                raise EOFError("the program has gone")
            length += byte
        return json.loads(self.stream.read(int(length)))

    def _kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.output.close()
