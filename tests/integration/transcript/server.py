"""The server that a script talks to: the tests' common one, with more listeners, settings, and a log to wait for."""

import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from support.daemon import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, Daemon  # noqa: E402

from .client import PATIENCE, Failure  # noqa: E402

# Name in scripts: protocol, tls, plaintext_auth. The first of a kind are as conf/dev.toml has them.
LISTENERS = {
    "smtp": ("smtp", "starttls", False),
    "submission": ("submission", "starttls", True),
    "submission-strict": ("submission", "starttls", False),
    "submissions": ("submission", "implicit", False),
    "lmtp": ("lmtp", "none", False),
    "pop3": ("pop3", "starttls", True),
    "pop3-strict": ("pop3", "starttls", False),
    "pop3-clear": ("pop3", "none", True),
    "pop3s": ("pop3", "implicit", False),
    "imap": ("imap", "starttls", True),
    "imap-strict": ("imap", "starttls", False),
    "imap-clear": ("imap", "none", True),
    "imaps": ("imap", "implicit", False),
}

PASSWORDS = {ALICE: ALICE_PASSWORD, BOB: BOB_PASSWORD}


class Server(Daemon):
    def __init__(self, program, script):
        self.settings = script.settings
        self.listener_settings = script.listener_settings
        self.more_config = script.config
        self.has_news = threading.Condition()
        self.is_over = False
        super().__init__(program)

    def _config_text(self, plaintext_auth, extra):
        # Settings are dotted keys, and come before the first table.
        settings = "".join(f"{key} = {value}\n" for key, value in self.settings.items())
        text = settings + super()._config_text(plaintext_auth, extra).split("[[listener]]")[0]
        text = re.sub(r'host_name = ".*"', 'host_name = "mail.example.test"', text)
        for name, (protocol, tls, is_plaintext) in LISTENERS.items():
            text += f'[[listener]]\nprotocol = "{protocol}"\naddress = "127.0.0.1"\nport = 0\ntls = "{tls}"\n'
            text += f"plaintext_auth = {str(is_plaintext).lower()}\n"
            text += "".join(f"{key} = {value}\n" for key, value in self.listener_settings.get(name, {}).items())
        return text + "".join(line + "\n" for line in self.more_config)

    def start(self):
        self.log = []
        self.is_over = False
        self.process = subprocess.Popen(
            [self.portreeve, "serve", "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.reader = threading.Thread(target=self._gather_log, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        self.logged(re.compile(r"\bready\b"))
        listening = re.compile(r"\blistening\b.*\baddress=\S*:(\d+)")
        ports = [int(match[1]) for line in self.log if (match := listening.search(line))]
        if len(ports) != len(LISTENERS):
            raise Failure(f"{len(ports)} listeners instead of {len(LISTENERS)}")
        self.ports = dict(zip(LISTENERS, ports))
        return self

    def _gather_log(self, stream):
        for line in stream:
            with self.has_news:
                self.log.append(line.rstrip("\n"))
                self.has_news.notify_all()
        with self.has_news:
            self.is_over = True
            self.has_news.notify_all()

    def logged(self, wanted):
        """Waits for a line in which `wanted` is found."""
        with self.has_news:
            self.has_news.wait_for(lambda: self.is_over or any(map(wanted.search, self.log)), PATIENCE)
            if not any(map(wanted.search, self.log)):
                raise Failure(f"{'the server ended; ' if self.is_over else ''}not in its log: {wanted.pattern}")

    def end(self):
        """As systemd would. A server that doesn't end well fails the test; so do sanitizers."""
        if self.process is not None:
            self.process.terminate()
            self.wait_for_end()

    def wait_for_end(self):
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("the server doesn't end") from None
        self._forget_process()
        if status != 0:
            raise Failure(f"the server ended with status {status}")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._forget_process()

    def _forget_process(self):
        # A reader that outlived its server would tell the next one's end.
        self.reader.join(PATIENCE)
        self.process = None

    def command(self, line):
        """A subcommand, as in a shell: words, then `< text` for a line on its standard input."""
        words, _, text = line.partition(" < ")
        done = self.admin(*shlex.split(words), input=text + "\n" if text else "", check=False)
        if done.returncode != 0:
            raise Failure(f"portreeve {words}: status {done.returncode}: {done.stdout}{done.stderr}")

    def last_log(self, count=100):
        """For people. Waits for the last words of a server that has ended: a sanitizer's report."""
        with self.has_news:
            if self.process is None:
                self.has_news.wait_for(lambda: self.is_over, PATIENCE)
            return self.log[-count:]
