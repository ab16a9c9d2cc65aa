"""What the tests of real mail programs share: a server, a home folder for the program, and exact comparison of mail.

Each test is a file of its own, run by ctest as `python3 FILE PORTREEVE`.
"""
import imaplib
import os
import poplib
import shutil
import subprocess
import sys
import tempfile
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


class ClientTest(unittest.TestCase):
    maxDiff = None
    portreeve = None

    def setUp(self):
        self.server = self.enterContext(Daemon(self.portreeve))
        self.home = Path(tempfile.mkdtemp(prefix="portreeve-home-"))
        self.addCleanup(shutil.rmtree, self.home)

    def enterContext(self, context):
        # unittest has this from Python 3.11 on; Debian 12 and 13 do too, but the order of clean-up is ours.
        value = context.__enter__()
        self.addCleanup(lambda: context.__exit__(*(sys.exc_info() if self._failed() else (None, None, None))))
        return value

    def _failed(self):
        return any(error for _, error in getattr(getattr(self, "_outcome", None), "errors", []) or [])

    def run_program(self, *command, input=None, check=True, env=None):
        result = subprocess.run([str(part) for part in command], input=input, capture_output=True, timeout=PATIENCE * 2,
                                env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8", **(env or {})})
        output = (result.stdout + result.stderr).decode(errors="replace")
        if check and result.returncode != 0:
            self.fail(f"{command[0]} ended with {result.returncode}:\n{output}\n{''.join(self.server.log[-40:])}")
        return output

    def write(self, name, text, mode=0o600):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    def imap(self, user=ALICE, password=ALICE_PASSWORD):
        client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
        client.login(user, password)
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
        client = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
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
