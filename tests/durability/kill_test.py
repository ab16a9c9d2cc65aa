"""SIGKILL in the middle of a load: everything that was acknowledged is there afterwards, byte for byte, once.

Run by ctest as `python3 FILE PORTREEVE`.
"""
import imaplib
import random
import smtplib
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from daemon import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, PATIENCE, Daemon  # noqa: E402

import signal  # noqa: E402


def message(name, size):
    body = "".join(f"{name} line {n} of a message that has to survive\r\n" for n in range(size))
    return f"From: load@example.test\r\nTo: {ALICE}\r\nSubject: {name}\r\n\r\n{body}".encode()


class Writers:
    """Clients that write until the server is gone, and remember what it acknowledged."""

    def __init__(self, server, round_number, enough):
        self.server, self.round, self.enough = server, round_number, enough
        self.lock, self.reached = threading.Lock(), threading.Event()
        self.delivered, self.appended, self.flagged, self.expunged = {}, {}, set(), set()
        self.threads = [threading.Thread(target=self._until_gone, args=(work, n))
                        for work in (self._deliver, self._append, self._flag, self._expunge) for n in range(3)]

    def run_until_enough(self):
        for thread in self.threads:
            thread.start()
        if not self.reached.wait(PATIENCE):
            raise AssertionError("the load made no progress")

    def join(self):
        for thread in self.threads:
            thread.join(PATIENCE)

    def _until_gone(self, work, number):
        try:
            work(number)
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error):
            pass  # the server was killed: whatever was not acknowledged by now may be lost

    def _note(self, where, key, value=None):
        with self.lock:
            if value is None:
                where.add(key)
            else:
                where[key] = value
            if len(self.delivered) >= self.enough and self.appended and self.flagged and self.expunged:
                self.reached.set()

    def _deliver(self, number):
        client = smtplib.SMTP("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE)
        sizes = random.Random(number)
        for n in range(1_000_000):
            name = f"smtp-{self.round}-{number}-{n}"
            text = message(name, sizes.choice((1, 20, 80, 9000)))
            client.sendmail("load@example.test", [ALICE], text)
            self._note(self.delivered, name, text)

    def _imap(self, user=ALICE, password=ALICE_PASSWORD):
        client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
        client.login(user, password)
        return client

    def _append(self, number):
        client = self._imap()
        for n in range(1_000_000):
            name = f"append-{self.round}-{number}-{n}"
            text = message(name, 30)
            if client.append("Archive", r"(\Seen)", None, text)[0] == "OK":
                self._note(self.appended, name, text)

    def _own_mailbox(self, kind, number):
        """A mailbox of its own, filled with messages named by their place in it."""
        client = self._imap(BOB, BOB_PASSWORD)
        mailbox = f"{kind}-{self.round}-{number}"
        client.create(mailbox)
        return client, mailbox

    def _flag(self, number):
        client, mailbox = self._own_mailbox("flag", number)
        client.append(mailbox, None, None, message("flags", 1))
        client.select(mailbox)
        for n in range(50):
            if client.store("1", "+FLAGS", f"(key{n})")[0] == "OK":
                self._note(self.flagged, (mailbox, f"key{n}"))

    def _expunge(self, number):
        client, mailbox = self._own_mailbox("gone", number)
        client.append(mailbox, None, None, message("stays", 1))
        client.select(mailbox)
        for n in range(1_000_000):
            client.append(mailbox, r"(\Deleted)", None, message("goes", 1))
            client.noop()
            if client.expunge()[0] == "OK":
                self._note(self.expunged, (mailbox, n + 2))


class Kill(unittest.TestCase):
    portreeve = None

    def read_all(self, user, password, mailbox):
        client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
        client.login(user, password)
        status, count = client.select(f'"{mailbox}"', readonly=True)
        self.assertEqual(status, "OK", mailbox)
        data = client.fetch("1:*", "(UID FLAGS BODY.PEEK[])")[1] if int(count[0]) else []
        client.logout()
        return [part for part in data if isinstance(part, tuple)]

    def test_what_was_acknowledged_survives(self):
        delivered, appended = {}, {}
        with Daemon(self.portreeve, extra="[limits]\nmax_errors = 1000\n") as self.server:
            for round_number in range(3):
                writers = Writers(self.server, round_number, enough=60)
                writers.run_until_enough()
                self.server.stop(signal.SIGKILL)
                writers.join()
                delivered |= writers.delivered
                appended |= writers.appended
                self.server.start()

                self.check_messages("INBOX", delivered)
                self.check_messages("Archive", appended)
                for mailbox, keyword in writers.flagged:
                    self.assertIn(keyword.encode(), self.read_all(BOB, BOB_PASSWORD, mailbox)[0][0])
                for mailbox, uid in writers.expunged:
                    uids = [int(part[0].split(b"UID ")[1].split(b" ")[0].rstrip(b")"))
                            for part in self.read_all(BOB, BOB_PASSWORD, mailbox)]
                    self.assertIn(1, uids)
                    self.assertNotIn(uid, uids)
            self.server.stop()
            findings = self.server.admin("fsck", check=False)
            self.assertEqual(findings.returncode, 0, findings.stdout + findings.stderr)

    def check_messages(self, mailbox, acknowledged):
        found = {}
        for _, text in self.read_all(ALICE, ALICE_PASSWORD, mailbox):
            name = text.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0].decode()
            self.assertNotIn(name, found, "a message is there twice")
            found[name] = text
        for name, text in acknowledged.items():
            self.assertIn(name, found)
            # A delivery has its trace header in front.
            self.assertTrue(found[name].endswith(text), name)


Kill.portreeve = sys.argv.pop(1)
unittest.main(verbosity=2)
