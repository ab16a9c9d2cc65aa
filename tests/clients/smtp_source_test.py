"""smtp-source, Postfix's load generator: what many sessions bring at once, over SMTP and LMTP, is there, each message once."""
import collections
import re
import shutil
import unittest

from harness import ALICE, ClientTest, main

PASSWORD = "box-secret"


def message_id(text):
    return re.search(rb"(?im)^Message-Id: (\S+)", text)[1]


class Sessions:
    def smtp_source(self, *options, to=ALICE):
        return self.run_program("smtp-source", "-f", "source@example.net", "-t", to, *self.options, *options,
                                f"127.0.0.1:{self.server.ports[self.port]}")

    def assert_each_is_there_once(self, messages, count):
        ids = collections.Counter(message_id(text) for text in messages)
        self.assertEqual(len(ids), count)
        self.assertEqual([name for name, times in ids.items() if times > 1], [])

    def test_sessions_in_parallel_with_a_message_each(self):
        self.smtp_source("-s", 20, "-m", 400)
        self.assert_each_is_there_once(self.stored(), 400)

    def test_sessions_in_parallel_with_many_messages_each(self):
        self.smtp_source("-d", "-s", 20, "-m", 1000)
        self.assert_each_is_there_once(self.stored(), 1000)

    def test_every_recipient_gets_every_message(self):
        # Before Postfix 3.10 it counts down in front of the address for each message, and the last has no number; since
        # then up, behind, and through all messages.
        count, recipients = 20, 5
        names = ["5box", "4box", "3box", "2box", "box", *(f"box{number}" for number in range(count * recipients))]
        boxes = [f"{name}@example.test" for name in names]
        self.server.admin("account", "import", "-", input="".join(f"{box} {PASSWORD}\n" for box in boxes))
        self.smtp_source("-s", 10, "-m", count, "-r", recipients, to="box@example.test")
        copies = collections.Counter()
        for box in boxes:
            messages = self.stored(box, PASSWORD)
            self.assert_each_is_there_once(messages, len(messages))
            copies.update(message_id(text) for text in messages)
        self.assertEqual(list(copies.values()), [recipients] * count)

    def test_large_messages_in_parallel(self):
        size = 5_000_000
        self.smtp_source("-s", 4, "-m", 8, "-l", size)
        messages = self.stored()
        self.assert_each_is_there_once(messages, 8)
        bodies = {text.split(b"\r\n\r\n", 1)[1] for text in messages}
        self.assertEqual(len(bodies), 1)
        self.assertGreaterEqual(len(bodies.pop()), size)


@unittest.skipUnless(shutil.which("smtp-source", path="/usr/sbin"), "Postfix isn't installed")
class OverSmtp(Sessions, ClientTest):
    port, options = "smtp", ()


@unittest.skipUnless(shutil.which("smtp-source", path="/usr/sbin"), "Postfix isn't installed")
class OverLmtp(Sessions, ClientTest):
    listeners = {"lmtp": 'protocol = "lmtp"'}
    port, options = "lmtp", ("-L",)


main()
