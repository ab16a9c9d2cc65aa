"""Hard messages go in over IMAP and SMTP and come back over IMAP and POP3, whole and in parts, exact to the byte.

Run by ctest as `python3 FILE PORTREEVE`.
"""
import poplib
import re
import smtplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import structure  # noqa: E402
from corpus import DECODED, MESSAGES, WITH_NUL  # noqa: E402
from daemon import ALICE, ALICE_PASSWORD, PATIENCE, Daemon  # noqa: E402
from imap_wire import Wire, fetch_data, literal  # noqa: E402

CORPUS = {name: value if isinstance(value, tuple) else (value, None) for name, value in MESSAGES.items()}
SECTIONS = 40  # asked at once
# What SMTP takes: lines of RFC 5321 that end in CRLF, all of them.
SMTP_LINE = 998
poplib._MAXLINE = 10_000_000  # some lines here are long


def as_pop3(text):
    text = re.sub(rb"(?<!\r)\n", b"\r\n", text)
    return text if text.endswith(b"\n") else text + b"\r\n"


def of_each(check):
    def test(self):
        for uid, (name, (text, wanted)) in enumerate(CORPUS.items(), 1):
            with self.subTest(name):
                check(self, uid, name, text, wanted)
    return test


class RoundTrip(unittest.TestCase):
    portreeve = None
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.server = Daemon(cls.portreeve).start()
        cls.wire = Wire(cls.server.ports["imap"])
        cls.wire.ok(f"LOGIN {ALICE} {ALICE_PASSWORD}")
        for text, _ in CORPUS.values():
            cls.wire.ok(b"APPEND INBOX " + literal(text))
        cls.wire.ok("SELECT INBOX")

    @classmethod
    def tearDownClass(cls):
        cls.wire.close()
        cls.server.__exit__(None, None, None)

    def fetch(self, uid, *items, wire=None):
        """Of one message: its data, from as many responses as it takes."""
        data = {}
        for begin in range(0, len(items), SECTIONS):
            for response in (wire or self.wire).ok(f"UID FETCH {uid} ({' '.join(items[begin:begin + SECTIONS])})"):
                data |= fetch_data(response)[1]
        return data

    @of_each
    def test_whole(self, uid, name, text, wanted):
        data = self.fetch(uid, "RFC822.SIZE", "BODY.PEEK[]", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "RFC822.HEADER")
        self.assertEqual(int(data["RFC822.SIZE"]), len(text))
        self.assertTrue(data["BODY[]"] == text)
        self.assertTrue(data["BODY[HEADER]"] + data["BODY[TEXT]"] == text)
        self.assertEqual(data["RFC822.HEADER"], data["BODY[HEADER]"])
        self.assertEqual(self.fetch(uid, "RFC822.TEXT")["RFC822.TEXT"], data["BODY[TEXT]"])
        self.assertTrue(self.fetch(uid, "RFC822")["RFC822"] == text)

    @of_each
    def test_partials_are_the_whole(self, uid, name, text, wanted):
        step = max(7, len(text) // 30 + 1)
        origins = range(0, len(text) + 2 * step, step)
        data = self.fetch(uid, *(f"BODY.PEEK[]<{origin}.{step}>" for origin in origins))
        self.assertTrue(b"".join(data[f"BODY[]<{origin}>"] for origin in origins) == text)
        self.assertEqual(data[f"BODY[]<{origins[-1]}>"], b"")
        beyond = self.fetch(uid, f"BODY.PEEK[TEXT]<3.{len(text) + 5}>")["BODY[TEXT]<3>"]
        self.assertTrue(beyond == self.fetch(uid, "BODY.PEEK[TEXT]")["BODY[TEXT]"][3:])

    @of_each
    def test_envelope_and_structure_follow_the_grammar(self, uid, name, text, wanted):
        data = self.fetch(uid, "ENVELOPE", "BODYSTRUCTURE", "BODY")
        structure.check_envelope(data["ENVELOPE"])
        part = structure.read(data["BODYSTRUCTURE"])
        self.assertEqual(structure.without_extension(data["BODYSTRUCTURE"]), data["BODY"])
        if wanted:
            self.assertEqual(str(part), wanted)

    @of_each
    def test_every_part_is_what_the_structure_says(self, uid, name, text, wanted):
        root = structure.read(self.fetch(uid, "BODYSTRUCTURE")["BODYSTRUCTURE"])
        parts = [part for part in root.all() if part.path]
        names = {part: ".".join(map(str, part.path)) for part in parts}
        items = [f"BODY.PEEK[{name}{what}]" for name in dict.fromkeys(names.values()) for what in ("", ".MIME")]
        data = self.fetch(uid, "BODY.PEEK[TEXT]", *items)
        for part in parts:
            body = data[f"BODY[{names[part]}]"]
            self.assertIsNotNone(body, names[part])
            if part.octets is not None:
                self.assertEqual(len(body), part.octets, names[part])
            if part.lines is not None and (part.within or part.type.startswith(b"text/")):
                self.assertEqual(part.lines, body.count(b"\n"), names[part])
            if part.within:
                inner = self.fetch(uid, *(f"BODY.PEEK[{names[part]}.{what}]" for what in ("HEADER", "TEXT")))
                self.assertEqual(inner[f"BODY[{names[part]}.HEADER]"] + inner[f"BODY[{names[part]}.TEXT]"], body)
            for child in part.children:
                whole = data[f"BODY[{names[child]}.MIME]"] + data[f"BODY[{names[child]}]"]
                # A message's multipart has its number, and its header besides.
                self.assertIn(whole, body)
        for child in root.children:
            self.assertIn(data[f"BODY[{names[child]}.MIME]"] + data[f"BODY[{names[child]}]"], data["BODY[TEXT]"])
        # No part behind the last.
        self.assertIsNone(self.fetch(uid, f"BODY.PEEK[{len(root.children) + 1}.7]")
                          [f"BODY[{len(root.children) + 1}.7]"])
        self.assertLessEqual(sum(part.octets or 0 for part in root.children), len(text))

    def test_binary_is_decoded(self):
        uids = {name: uid for uid, name in enumerate(CORPUS, 1)}
        for (name, section), wanted in DECODED.items():
            data = self.fetch(uids[name], f"BINARY.PEEK[{section}]", f"BINARY.SIZE[{section}]")
            self.assertEqual(data[f"BINARY[{section}]"], wanted)
            self.assertEqual(int(data[f"BINARY.SIZE[{section}]"]), len(wanted))
        data = self.fetch(uids["encodings"], "BINARY.PEEK[1]<100.300>", "BINARY.PEEK[2]<3.1>")
        self.assertEqual(data["BINARY[1]<100>"], DECODED["encodings", "1"][100:400])
        self.assertEqual(data["BINARY[2]<3>"], DECODED["encodings", "2"][3:4])

    # What is no base64 or quoted-printable is decoded somehow, its size agrees, and nothing breaks.
    @of_each
    def test_binary_sizes_agree(self, uid, name, text, wanted):
        root = structure.read(self.fetch(uid, "BODYSTRUCTURE")["BODYSTRUCTURE"])
        for part in root.all():
            if part.children or part.within or len(part.path) > 3 or (part.path and part.path[0] > 20):
                continue
            section = ".".join(map(str, part.path))
            _, tagged = self.wire.command(f"UID FETCH {uid} (BINARY.PEEK[{section}])")
            if tagged.startswith("NO [UNKNOWN-CTE]"):
                self.assertIn(name, ("encodings gone wrong",))
                continue
            data = self.fetch(uid, f"BINARY.PEEK[{section}]", f"BINARY.SIZE[{section}]")
            self.assertEqual(len(data[f"BINARY[{section}]"]), int(data[f"BINARY.SIZE[{section}]"]), section)

    @of_each
    def test_header_fields(self, uid, name, text, wanted):
        data = self.fetch(uid, "BODY.PEEK[HEADER]", "BODY.PEEK[HEADER.FIELDS (subject X-Not-There)]",
                          "BODY.PEEK[HEADER.FIELDS.NOT (subject X-Not-There)]")
        header = data["BODY[HEADER]"]
        some = data["BODY[HEADER.FIELDS (subject X-Not-There)]"]  # the label as it was asked for
        others = data["BODY[HEADER.FIELDS.NOT (subject X-Not-There)]"]
        self.assertTrue(some.endswith(b"\r\n") and others.endswith(b"\r\n"))
        fields = header.removesuffix(b"\r\n").splitlines(keepends=True)
        if header.endswith(b"\r\n\r\n") and all(re.match(rb"[!-9;-~]+:|[ \t]+\S", line) for line in fields) and (
                b"\n" not in header.replace(b"\r\n", b"")):
            # What isn't in the one is in the other, and nothing else.
            told = some.removesuffix(b"\r\n") + others.removesuffix(b"\r\n")
            self.assertEqual(sorted(told.splitlines(keepends=True)), sorted(fields))

    def test_searching_sorting_and_threading_them_all(self):
        for command in ('SEARCH TEXT "harbour"', 'SEARCH SUBJECT "hard"', 'SEARCH HEADER TO "user5000"', "SEARCH BODY core",
                        "SORT (SUBJECT FROM DATE) UTF-8 ALL", "SORT (DISPLAYFROM REVERSE TO) UTF-8 ALL",
                        "THREAD REFERENCES UTF-8 ALL", "THREAD ORDEREDSUBJECT UTF-8 ALL", "FETCH 1:* (PREVIEW)"):
            self.assertTrue(self.wire.ok(command), command)
        self.assertIn(b" %d" % (list(CORPUS).index("many recipients") + 1),
                      self.wire.ok('SEARCH HEADER TO "user5000"')[0])

    def test_pop3_gives_the_same(self):
        client = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        client.utf8()
        client.user(ALICE)
        client.pass_(ALICE_PASSWORD)
        sizes = [int(line.split()[1]) for line in client.list()[1]]
        for uid, (name, (text, _)) in enumerate(CORPUS.items(), 1):
            # poplib takes any LF for a line's end: compare what it makes of both.
            wanted = as_pop3(text)
            self.assertEqual(sizes[uid - 1], len(wanted), name)
            self.assertTrue(client.retr(uid)[1] == re.sub(rb"\r?\n$", b"", wanted).split(b"\r\n")
                            or b"\r\r\n" in wanted, name)
        client.quit()

    def test_smtp_takes_what_is_mail(self):
        taken = 0
        for name, (text, _) in CORPUS.items():
            client = smtplib.SMTP("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE)
            client.ehlo("client.example.test")
            client.mail("b@example.test", ["BODY=8BITMIME", f"SIZE={len(text)}"])
            client.rcpt(ALICE)
            client.putcmd("DATA")
            self.assertEqual(client.getreply()[0], 354)
            # What ends in no CRLF gets one, so that DATA ends; what has lone CRs or LFs is refused.
            client.send(re.sub(rb"(?m)^\.", b"..", text) + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, answer = client.getreply()
            client.close()
            has_lone = re.search(rb"\r(?!\n)|(?<!\r)\n", text) is not None
            is_too_much = max(map(len, text.split(b"\r\n"))) > SMTP_LINE or name == "many fields"
            if has_lone or name == "many fields":
                self.assertGreaterEqual(code, 500, (name, answer))
            elif not is_too_much:
                self.assertEqual(code, 250, (name, answer))
            if code == 250 and text.endswith(b"\r\n"):
                taken += 1
                self.wire.ok("NOOP")
                response = self.wire.ok("FETCH * (RFC822.SIZE BODY.PEEK[])")[0]
                data = fetch_data(response)[1]
                self.assertTrue(data["BODY[]"].endswith(text), name)
                self.assertEqual(int(data["RFC822.SIZE"]), len(data["BODY[]"]))
        self.assertGreater(taken, len(CORPUS) // 2)

    def test_nul_bytes_are_kept_encoded(self):
        self.assertTrue(self.wire.command(b"APPEND Drafts " + literal(WITH_NUL))[1].startswith("BAD"))
        other = Wire(self.server.ports["imap"])
        other.ok(f"LOGIN {ALICE} {ALICE_PASSWORD}")
        other.ok(b"APPEND Drafts ~" + literal(WITH_NUL))
        other.ok("SELECT Drafts")
        data = self.fetch("*", "BODY.PEEK[]", "BINARY.PEEK[1]", "RFC822.SIZE", wire=other)
        self.assertNotIn(b"\0", data["BODY[]"])
        self.assertEqual(len(data["BODY[]"]), int(data["RFC822.SIZE"]))
        self.assertEqual(data["BINARY[1]"], WITH_NUL.partition(b"\r\n\r\n")[2])
        other.close()


RoundTrip.portreeve = sys.argv.pop(1)
unittest.main(verbosity=2)
