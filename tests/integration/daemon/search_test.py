"""SEARCH of TEXT and BODY finds the same before the index is there, with it, and after it is lost."""

import base64
import quopri
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402
from harness import Case  # noqa: E402

WORDS = ["harbour", "Invoice", "Grüße", "STRASSE", "порт", "港湾", "ﬁne", "café", "½ price", "Ｗｉｄｅ"]
KEYS = ["harbour", "INVOICE 3", "grüsse", "straße", "ПОРТ", "港湾", "fine", "CAFÉ 7", "ca", "1/2 price", "wide", "within 12",
        "number 41", "Subject: about 9", "not there at all", "attached"]


def message(number):
    """A message about a word, in one of the ways that mail is written."""
    word = f"{WORDS[number % len(WORDS)]} {number % 23}"
    text = f"this is number {number}, with {word}\r\n"
    form = number % 4
    if form == 0:
        return f"Subject: about {number}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    if form == 1:
        encoded = base64.b64encode(text.encode()).decode()
        return ("Subject: =?utf-8?B?" + base64.b64encode(word.encode()).decode() + "?=\r\n"
                f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n")
    if form == 2:
        encoded = quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")
        return ("Subject: quoted\r\nContent-Type: text/plain; charset=utf-8\r\n"
                f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}\r\n")
    return ("Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: attached {word}\r\n\r\nwithin {number}\r\n--b--\r\n")


def append(imap, numbers):
    for number in numbers:
        data = message(number).encode()
        imap.connection.sendall(f"a APPEND INBOX {{{len(data)}+}}\r\n".encode() + data + b"\r\n")
    for _ in numbers:
        while not (line := imap.read()).startswith("a "):
            pass
        assert line.startswith("a OK"), line


def search_all(imap):
    found = {}
    for criterion in ("TEXT", "BODY", "NOT BODY", "OR TEXT harbour BODY"):
        for key in KEYS:
            size = len(key.encode())
            lines = imap.ask(f"s SEARCH CHARSET UTF-8 {criterion} {{{size}+}}\r\n{key}", "s ")
            assert lines[-1].startswith("s OK"), lines
            found[criterion, key] = [line for line in lines if line.startswith("* SEARCH")]
    return found


class Search(Case):
    def test_the_index_changes_no_result(self):
        self.add()
        server = self.serve()
        with server.connect("imap") as imap:
            imap.ask("a LOGIN alice@example.test alice-secret", "a ")
            append(imap, range(400))
            imap.ask("b SELECT INBOX", "b ")
            # The first search of all sets off the index; most of these are over before it is there.
            before = search_all(imap)
            server.logged(r"store\.search_index .*messages=400")
            self.assertEqual(search_all(imap), before)
            self.assertGreater(len(before["TEXT", "harbour"][0].split()), 20)
            self.assertEqual(before["TEXT", "not there at all"], ["* SEARCH"])

            # What comes later, and what goes.
            append(imap, range(400, 420))
            imap.ask("c STORE 1:30 +FLAGS.SILENT (\\Deleted)", "c ")
            imap.ask("c EXPUNGE", "c ")
            with_index = search_all(imap)
        self.assertEqual(server.stop(), 0)

        index = self.data / "portreeve-search.db"
        self.assertTrue(index.exists())
        index.write_bytes(b"not what it was " * 1000)
        server = self.serve()
        with server.connect("imap") as imap:
            imap.ask("a LOGIN alice@example.test alice-secret", "a ")
            imap.ask("b SELECT INBOX", "b ")
            self.assertEqual(search_all(imap), with_index)
            server.logged(r"store\.search_index .*begun anew")
            server.logged(r"store\.search_index .*messages=390")
            self.assertEqual(search_all(imap), with_index)
            server.kill()
        server = self.serve()
        with server.connect("imap") as imap:
            imap.ask("a LOGIN alice@example.test alice-secret", "a ")
            imap.ask("b SELECT INBOX", "b ")
            self.assertEqual(search_all(imap), with_index)


if __name__ == "__main__":
    harness.main()
