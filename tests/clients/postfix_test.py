"""Postfix in front: it hands on what it took over SMTP, and over LMTP (RFC 2033) by TCP and by a Unix socket."""
import collections
import re
import shutil
import smtplib
import tempfile
import unittest
from pathlib import Path

from harness import ALICE, ALICE_PASSWORD, BOB, BOB_PASSWORD, MESSAGE, PATIENCE, ClientTest, main
from postfix import Postfix, why_not

CAROL, CAROL_PASSWORD = "carol@example.test", "carol-secret"
GREEK, GREEK_PASSWORD = "γιώργος@example.test", "giorgos-secret"


class Relay:
    """What is the same on every way; `self.transport()` is Postfix's name for it, `self.protocol` the trace's."""

    def start(self, more=""):
        return self.enterContext(Postfix(self.transport(), more))

    def send(self, postfix, *recipients, subject="hello", message=None, options=("BODY=8BITMIME",)):
        text = message or MESSAGE.format(subject=subject).encode()
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=PATIENCE) as client:
            client.ehlo("localhost")  # smtplib would look up this machine's name
            client.sendmail(BOB, recipients, text, mail_options=options)

    def test_every_recipient_gets_the_message(self):
        postfix = self.start()
        self.send(postfix, ALICE, BOB)
        postfix.wait_until_sent()
        for messages in (self.stored(), self.stored(BOB, BOB_PASSWORD)):
            self.assertRegex(self.assert_body_arrived(messages, "hello"), rb"\swith %s\s" % self.protocol)

    def test_an_unknown_recipient_bounces_and_keeps_the_mail_from_nobody_else(self):
        postfix = self.start()
        self.send(postfix, ALICE, "nobody@example.test")
        postfix.wait_until_sent()
        self.assert_body_arrived(self.stored(), "hello")
        # The bounce goes to the sender, over LMTP as well, from the empty path.
        (bounce,) = self.stored(BOB, BOB_PASSWORD)
        self.assertRegex(bounce, rb"(?m)^Return-Path: <>\r$")
        self.assertRegex(bounce, rb"(?m)^Final-Recipient: rfc822; nobody@example\.test\r$")
        self.assertRegex(bounce, rb"(?m)^Status: 5\.1\.1\r$")

    def test_a_delivery_is_reported_once_to_who_asks_for_it(self):
        postfix = self.start()
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=PATIENCE) as client:
            client.ehlo("localhost")
            client.sendmail(BOB, [ALICE], MESSAGE.format(subject="hello").encode(), mail_options=["BODY=8BITMIME"],
                            rcpt_options=["NOTIFY=SUCCESS"])
        postfix.wait_until_sent()
        self.assert_body_arrived(self.stored(), "hello")
        # By the server if it announces DSN, else by Postfix, which then calls it relayed (RFC 3461 §5.2.2).
        (report,) = self.stored(BOB, BOB_PASSWORD)
        self.assertRegex(report, rb"(?mi)^Final-Recipient: rfc822; ?alice@example\.test\r$")
        self.assertRegex(report, rb"(?mi)^Action: (delivered|relayed)\r$")

    def test_a_full_mailbox_defers_its_own_recipient_alone(self):
        self.server.admin("account", "import", "-", input=f"{CAROL} {CAROL_PASSWORD}\n")
        self.server.admin("account", "quota", CAROL, "200KiB")
        self.fill(CAROL, CAROL_PASSWORD, 180 * 1024)
        postfix = self.start()
        subject = "not-so-small"
        self.send(postfix, ALICE, CAROL, BOB,
                  message=MESSAGE.format(subject=subject).encode() + b"It goes on, and on, and on.\r\n" * 3000)
        self.assertIn(" 4.2.2 ", postfix.wait_until_deferred(CAROL))
        self.assertEqual(self.copies(subject), {ALICE: 1, BOB: 1, CAROL: 0})
        self.server.admin("account", "quota", CAROL, "1MiB")
        postfix.try_again()
        postfix.wait_until_sent()
        self.assertEqual(self.copies(subject), {ALICE: 1, BOB: 1, CAROL: 1})

    def copies(self, subject):
        # The server's own word of a quota that is nearly used up may lie beside them.
        people = {ALICE: ALICE_PASSWORD, BOB: BOB_PASSWORD, CAROL: CAROL_PASSWORD}
        return {user: sum(f"Subject: {subject}\r\n".encode() in text for text in self.stored(user, password))
                for user, password in people.items()}

    def fill(self, user, password, size):
        client = self.imap(user, password)
        line = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n"
        text = b"From: bob@example.test\r\nSubject: filler\r\n\r\n" + line * (size // len(line))
        self.assertEqual(client.append("INBOX", None, None, text)[0], "OK")
        client.logout()

    def test_an_address_that_is_not_ascii(self):
        self.server.admin("account", "import", "-", input=f"{GREEK} {GREEK_PASSWORD}\n")
        postfix = self.start()
        self.send(postfix, GREEK, ALICE, options=("BODY=8BITMIME", "SMTPUTF8"))
        postfix.wait_until_sent()
        for messages in (self.stored(), self.stored(GREEK, GREEK_PASSWORD)):
            self.assert_body_arrived(messages, "hello")

    def test_many_messages_at_once_are_there_once_each(self):
        postfix = self.start()
        self.run_program("smtp-source", "-d", "-s", 10, "-m", 300, "-l", 20_000, "-f", BOB, "-t", ALICE,
                         f"127.0.0.1:{postfix.port}")
        postfix.wait_until_sent()
        ids = collections.Counter(re.search(rb"(?im)^Message-Id: (\S+)", text)[1] for text in self.stored())
        self.assertEqual(len(ids), 300)
        self.assertEqual([name for name, times in ids.items() if times > 1], [])


@unittest.skipIf(why_not(), why_not())
class OverSmtp(Relay, ClientTest):
    protocol = b"ESMTP"

    def transport(self):
        return f"smtp:[127.0.0.1]:{self.server.ports['smtp']}"

    def test_with_starttls(self):
        postfix = self.start("smtp_tls_security_level = encrypt")
        self.send(postfix, ALICE)
        postfix.wait_until_sent()
        self.assertRegex(self.assert_body_arrived(self.stored(), "hello"), rb"\swith ESMTPS\s")


@unittest.skipIf(why_not(), why_not())
class OverLmtp(Relay, ClientTest):
    protocol = b"LMTP"
    listeners = {"lmtp": 'protocol = "lmtp"\ntls = "starttls"'}

    def transport(self):
        return f"lmtp:inet:127.0.0.1:{self.server.ports['lmtp']}"

    def test_with_starttls(self):
        postfix = self.start("lmtp_tls_security_level = encrypt")
        self.send(postfix, ALICE, BOB)
        postfix.wait_until_sent()
        for messages in (self.stored(), self.stored(BOB, BOB_PASSWORD)):
            self.assertRegex(self.assert_body_arrived(messages, "hello"), rb"\swith LMTPS\s")


@unittest.skipIf(why_not(), why_not())
class OverUnixSocket(Relay, ClientTest):
    protocol = b"LMTP"

    def setUp(self):
        # Postfix's LMTP client is another user, who has to reach the socket.
        folder = Path(tempfile.mkdtemp(prefix="portreeve-lmtp-"))
        folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, folder)
        self.socket = folder / "socket"
        self.listeners = {"lmtp": f'protocol = "lmtp"\npath = "{self.socket}"\nmode = "0666"\ntls = "none"'}
        super().setUp()

    def transport(self):
        return f"lmtp:unix:{self.socket}"

    def test_what_came_while_the_server_was_down_arrives_when_it_is_back(self):
        postfix = self.start()
        self.server.stop()
        self.send(postfix, ALICE)
        postfix.wait_until_deferred(ALICE)
        self.server.start()
        postfix.try_again()
        postfix.wait_until_sent()
        self.assert_body_arrived(self.stored(), "hello")


main()
