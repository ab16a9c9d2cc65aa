"""What the tests of real mail programs share: a server, a home folder for the program, and exact comparison of mail.

Each test is a file of its own, run by ctest as `python3 FILE PORTREEVE`.
"""
import fcntl
import imaplib
import os
import poplib
import pty
import pwd
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from daemon import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, PATIENCE, Daemon  # noqa: E402, F401

MESSAGE = (
    "From: Bob <bob@example.test>\r\n"
    "To: Alice <alice@example.test>\r\n"
    "Subject: {subject}\r\n"
    "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
    "Message-ID: <{subject}@example.test>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "Grüße aus dem Hafen.\r\n"
    ".a line that begins with a dot\r\n"
    "..and one with two\r\n"
    "\r\n"
    "The end.\r\n"
)


# Nothing of the machine that runs the tests matters to a program: neither its search path nor its locale.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class ClientTest(unittest.TestCase):
    maxDiff = None
    portreeve = None
    # The server takes no password in clear, so that a program which logs in has encrypted.
    plaintext_auth = False
    # More of the configuration, and more listeners, by name; see Daemon.
    extra = ""
    listeners = {}

    def run(self, result=None):
        self.findings = lambda: len(result.failures) + len(result.errors)
        return super().run(result)

    def setUp(self):
        self.findings_before = self.findings()
        self.server = self.enterContext(Daemon(self.portreeve, plaintext_auth=self.plaintext_auth, extra=self.extra,
                                               listeners=self.listeners))
        self.home = Path(tempfile.mkdtemp(prefix="portreeve-home-"))
        self.addCleanup(shutil.rmtree, self.home)
        # Mail programs warn of root or refuse to work for it.
        self.person = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.person = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._give(self.home)
        self.certificate = self.write("server.pem", self.server.certificate.read_bytes())

    def enterContext(self, context):
        # unittest's own doesn't tell the context of a failure, on which the server shows its log.
        value = context.__enter__()
        self.addCleanup(lambda: context.__exit__(AssertionError if self.findings() > self.findings_before else None, None, None))
        return value

    def run_program(self, *command, input=None, check=True, env=None):
        result = subprocess.run([str(part) for part in command], input=input, capture_output=True, timeout=PATIENCE * 2,
                                env={**ENVIRONMENT, "HOME": str(self.home), **(env or {})}, cwd=self.home, **self.person)
        output = (result.stdout + result.stderr).decode(errors="replace")
        if check and result.returncode != 0:
            self.fail(f"{command[0]} ended with {result.returncode}:\n{output}\n{''.join(self.server.log[-40:])}")
        return output

    def run_in_terminal(self, *command, env=None):
        """For programs that draw on a screen: gives what they drew."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        process = subprocess.Popen([str(part) for part in command], stdin=theirs, stdout=theirs, stderr=theirs,
                                   env={**ENVIRONMENT, "HOME": str(self.home), "TERM": "xterm", **(env or {})},
                                   cwd=self.home, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **self.person)
        os.close(theirs)
        alarm = threading.Timer(PATIENCE, process.kill)
        alarm.start()
        screen = b""
        try:
            while part := os.read(ours, 65536):
                screen += part
        except OSError:
            pass  # Linux tells the end of the other side of a terminal as EIO.
        finally:
            code = process.wait()
            alarm.cancel()
            os.close(ours)
        if code != 0:
            self.fail(f"{command[0]} ended with {code}:\n{screen!r}\n{''.join(self.server.log[-40:])}")
        return screen

    def make_maildir(self, path):
        for folder in ("cur", "new", "tmp"):
            self.make_folder(path / folder)
        return path

    def write(self, name, text, mode=0o600):
        path = self.home / name
        self.make_folder(path.parent)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        self._give(path)
        return path

    def make_folder(self, path):
        if not path.is_dir():
            self.make_folder(path.parent)
            path.mkdir()
            self._give(path)

    def _give(self, path):
        if self.person:
            os.chown(path, self.person["user"], self.person["group"])

    def trust(self):
        return ssl.create_default_context(cafile=self.certificate)

    def imap(self, user=ALICE, password=ALICE_PASSWORD):
        client = imaplib.IMAP4_SSL("localhost", self.server.ports["imaps"], ssl_context=self.trust(), timeout=PATIENCE)
        # Not by login(), which takes ASCII alone.
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        return client

    def deliver(self, subject="hello", to=ALICE, message=None):
        """A message by append, so that the test's subject is the program alone."""
        user, password = (ALICE, ALICE_PASSWORD) if to == ALICE else (BOB, BOB_PASSWORD)
        client = self.imap(user, password)
        text = message if message is not None else MESSAGE.format(subject=subject).encode()
        self.assertEqual(client.append("INBOX", None, None, text)[0], "OK")
        client.logout()
        return text

    def stored(self, user=ALICE, password=ALICE_PASSWORD, mailbox="INBOX"):
        """All messages of a mailbox, byte for byte, over IMAP."""
        client = self.imap(user, password)
        self.assertEqual(client.select(mailbox, readonly=True)[0], "OK")
        status, data = client.fetch("1:*", "(BODY.PEEK[])") if client.search(None, "ALL")[1][0] else ("OK", [])
        self.assertEqual(status, "OK")
        client.logout()
        return [part[1] for part in data if isinstance(part, tuple)]

    def stored_over_pop3(self, user=ALICE, password=ALICE_PASSWORD):
        client = poplib.POP3_SSL("localhost", self.server.ports["pop3s"], context=self.trust(), timeout=PATIENCE)
        client.user(user)
        client.pass_(password)
        messages = [b"\r\n".join(client.retr(n + 1)[1]) + b"\r\n" for n in range(client.stat()[0])]
        client.quit()
        return messages

    def assert_body_arrived(self, messages, subject):
        """One message has the subject and, byte for byte, the body that MESSAGE has."""
        body = MESSAGE.encode().split(b"\r\n\r\n", 1)[1]
        found = [text for text in messages if f"Subject: {subject}\r\n".encode() in text]
        self.assertEqual(len(found), 1, messages)
        self.assertEqual(found[0].split(b"\r\n\r\n", 1)[1], body)
        return found[0]


def main():
    ClientTest.portreeve = sys.argv.pop(1)
    unittest.main(module="__main__", verbosity=2)
