"""Many clients at once on the same mailboxes, over all protocols, while accounts change and certificates are re-read.

What it asserts: every client gets only answers that its protocol allows, sequence numbers stay in step, nothing
acknowledged is missing. Under ThreadSanitizer it is the suite that makes the threads meet.
Run by ctest as `python3 FILE PORTREEVE`.
"""
import imaplib
import poplib
import random
import signal
import smtplib
import ssl
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from daemon import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, PATIENCE, Daemon  # noqa: E402

ROUNDS = 30
TEXT = (f"From: {BOB}\r\nSubject: many\r\n\r\n" + "A line of text.\r\n" * 40).encode()


class Counting:
    """Counts the selected mailbox's messages by what the server tells, in the order in which it tells it."""
    exists = 0

    def _append_untagged(self, kind, data):
        if kind == "EXISTS":
            assert int(data) >= self.exists, "only EXPUNGE takes messages away"
            self.exists = int(data)
        elif kind == "EXPUNGE":
            assert 1 <= int(data) <= self.exists, f"EXPUNGE {data!r} of {self.exists}"
            self.exists -= 1
        super()._append_untagged(kind, data)


class PlainClient(Counting, imaplib.IMAP4):
    pass


class TlsClient(Counting, imaplib.IMAP4_SSL):
    pass


class ManyClients(unittest.TestCase):
    portreeve = None

    def imap(self, tls=False):
        if tls:
            context = ssl.create_default_context(cafile=self.server.certificate)
            client = TlsClient("localhost", self.server.ports["imaps"], ssl_context=context, timeout=PATIENCE)
        else:
            client = PlainClient("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
        client.login(ALICE, ALICE_PASSWORD)
        return client

    def ok(self, answer):
        self.assertEqual(answer[0], "OK", answer)
        return answer[1]

    def deliver(self, _):
        client = smtplib.SMTP("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE)
        for _ in range(ROUNDS):
            client.sendmail("load@example.test", [ALICE, BOB], TEXT)
        client.quit()

    def submit(self, _):
        context = ssl.create_default_context(cafile=self.server.certificate)
        for _ in range(ROUNDS // 5):
            client = smtplib.SMTP_SSL("localhost", self.server.ports["submissions"], timeout=PATIENCE, context=context)
            client.login(BOB, BOB_PASSWORD)
            client.sendmail(BOB, [ALICE], TEXT)
            client.quit()

    def change(self, seed):
        chance = random.Random(seed)
        client = self.imap(tls=seed % 2 == 0)
        self.ok(client.select("INBOX"))
        for _ in range(ROUNDS):
            self.ok(client.append("INBOX", None, None, TEXT))
            self.ok(client.noop())
            if client.exists:
                # The message may be gone by another's EXPUNGE: then the answer is OK without data, or NO. Its number stays,
                # for no EXPUNGE may be told meanwhile (RFC 3501 section 7.4.1).
                number = str(chance.randint(1, client.exists))
                self.assertIn(client.store(number, "+FLAGS", r"(\Flagged)")[0], ("OK", "NO"))
                self.assertIn(client.fetch(number, "(FLAGS ENVELOPE BODY.PEEK[])")[0], ("OK", "NO"))
            flagged = self.ok(client.uid("SEARCH", "FLAGGED"))[0].split()
            if flagged and chance.random() < 0.3:
                self.ok(client.uid("STORE", flagged[0].decode(), "+FLAGS", r"(\Deleted)"))
                self.ok(client.expunge())
            if chance.random() < 0.2:
                self.assertIn(client.uid("COPY", "1:3", "Archive")[0], ("OK", "NO"))
        self.ok(client.close())
        client.logout()

    def watch(self, _):
        """A session that is told of everything by the others: its count has to come out as the mailbox's."""
        client = self.imap()
        self.ok(client.select("INBOX"))
        for _ in range(ROUNDS * 3):
            self.ok(client.noop())
            before = client.exists
            # RFC 3501 section 7.4.1: no EXPUNGE during a SEARCH, so it numbers what is known, or what has just come.
            numbers = [int(number) for number in self.ok(client.search(None, "ALL"))[0].split()]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertGreaterEqual(len(numbers), before)
            self.assertLessEqual(len(numbers), client.exists)
        client.logout()

    def pop(self, _):
        for _ in range(ROUNDS // 3):
            client = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
            client.user(ALICE)
            client.pass_(ALICE_PASSWORD)
            count = client.stat()[0]
            for number in range(1, min(count, 3) + 1):
                client.retr(number)
            if count:
                client.dele(1)
            client.quit()

    def administer(self, seed):
        for n in range(3):
            address = f"extra{seed}x{n}@example.test"
            self.server.admin("account", "add", address, "--password-stdin", input="secret-word\n")
            self.server.process.send_signal(signal.SIGHUP)
            client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
            client.login(address, "secret-word")
            client.create("Folder")
            client.rename("Folder", "Other")
            client.delete("Other")
            client.logout()
            self.server.admin("account", "remove", address)

    def test_all_at_once(self):
        failures = []

        def run(work, seed):
            try:
                work(seed)
            except BaseException as error:  # noqa: BLE001: told below, with all the others
                failures.append(f"{work.__name__}({seed}): {error!r}")

        with Daemon(self.portreeve) as self.server:
            jobs = [self.deliver] * 3 + [self.submit] + [self.change] * 4 + [self.watch] * 2 + [self.pop] + [self.administer]
            threads = [threading.Thread(target=run, args=(work, seed)) for seed, work in enumerate(jobs)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(failures, [])
            bob = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=PATIENCE)
            bob.login(BOB, BOB_PASSWORD)
            self.assertEqual(bob.select("INBOX")[1], [str(3 * ROUNDS).encode()])
            bob.logout()


ManyClients.portreeve = sys.argv.pop(1)
unittest.main(verbosity=2)
