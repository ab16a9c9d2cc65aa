"""A portreeve in a folder of its own, for tests of the program itself: its commands, its configuration, its signals."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

PORTREEVE = ""
# Under a sanitizer on a busy machine everything takes ten times as long; nothing here measures time.
PATIENCE = 60

LISTENERS = {
    "smtp": 'protocol = "smtp"\ntls = "starttls"\n',
    "imap": 'protocol = "imap"\ntls = "none"\nplaintext_auth = true\n',
    "pop3": 'protocol = "pop3"\ntls = "none"\nplaintext_auth = true\n',
    "imaps": 'protocol = "imap"\ntls = "implicit"\n',
}


def config_text(top="", tls="self_signed = true\n", listeners=None, bottom=""):
    text = f'host_name = "mail.example.test"\ndata_directory = "data"\n{top}[tls]\n{tls}'
    for listener in (LISTENERS if listeners is None else listeners).values():
        text += f'[[listener]]\naddress = "127.0.0.1"\nport = 0\n{listener}'
    return text + bottom


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="portreeve-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.config = self.folder / "portreeve.toml"
        self.data = self.folder / "data"
        self.config.write_text(config_text())

    def portreeve(self, *arguments, input="", expect=0):
        """Runs a command; gives (stdout, stderr)."""
        done = subprocess.run(
            [PORTREEVE, *arguments, "--config", str(self.config)],
            input=input, capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder,
        )
        self.assertEqual(done.returncode, expect, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def add(self, address="alice@example.test", password="alice-secret"):
        self.portreeve("account", "add", address, "--password-stdin", input=password + "\n")

    def accounts(self):
        """Their addresses."""
        return [line.split("\t")[0] for line in self.portreeve("account", "list")[0].splitlines()]

    def serve(self, listeners=None):
        server = Server(self.config, list(LISTENERS if listeners is None else listeners))
        self.addCleanup(server.kill)
        server.start()
        return server


class Server:
    def __init__(self, config, names):
        self.config = config
        self.names = names
        self.log = []
        self.is_over = False
        self.news = threading.Condition()
        self.process = None

    def launch(self):
        self.process = subprocess.Popen(
            [PORTREEVE, "serve", "--config", str(self.config)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
        )
        threading.Thread(target=self._gather, daemon=True).start()

    def start(self):
        self.launch()
        self.logged(r"\bready\b")
        ports = [int(m[1]) for line in self.log if (m := re.search(r"\blistening\b.*address=\S*:(\d+)", line))]
        self.ports = dict(zip(self.names, ports))

    def _gather(self):
        for line in self.process.stderr:
            with self.news:
                self.log.append(line.rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.is_over = True
            self.news.notify_all()

    def logged(self, pattern, times=1):
        """Waits for the line; gives it."""
        found = []

        def look():
            found[:] = [line for line in self.log if re.search(pattern, line)]
            return self.is_over or len(found) >= times

        with self.news:
            self.news.wait_for(look, PATIENCE)
        if len(found) < times:
            raise AssertionError(f"not in the log: {pattern}\n" + "\n".join(self.log[-60:]))
        return found[times - 1]

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Gives the exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process is not None:
            self.process.stderr.close()

    def connect(self, name):
        return Lines(socket.create_connection(("127.0.0.1", self.ports[name]), PATIENCE))


class Lines:
    """A connection, line by line."""

    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.greeting = self.read()

    def read(self):
        return self.file.readline().decode(errors="replace").rstrip("\r\n")

    def send(self, line):
        self.connection.sendall(line.encode() + b"\r\n")

    def ask(self, line, until):
        """Sends a line and reads up to the one that begins with `until`."""
        self.send(line)
        lines = [self.read()]
        while lines[-1] and not lines[-1].startswith(until):
            lines.append(self.read())
        return lines

    def close(self):
        self.file.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def can_log_in(server, address, password):
    with server.connect("imap") as imap:
        return imap.ask(f'a LOGIN {address} "{password}"', "a ")[-1].startswith("a OK")


def main():
    global PORTREEVE
    PORTREEVE = sys.argv.pop(1)
    unittest.main(module="__main__", verbosity=2)
