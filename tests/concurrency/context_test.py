"""A result that is kept up to date is, at any time, what a fresh search finds (RFC 5267).

Some clients add, flag and expunge messages of one mailbox. Others keep results of SEARCH and SORT by ADDTO and
REMOVEFROM alone, at rest after NOTIFY or by NOOP, and now and then compare them with the answer to the same search.
Run by ctest as `python3 FILE PORTREEVE`.
"""
import random
import re
import socket
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from daemon import ALICE, ALICE_PASSWORD, PATIENCE, Daemon  # noqa: E402

ROUNDS = 200
FLAGS = [r"\Seen", r"\Flagged", r"\Answered", "$Work"]
SEARCHES = [
    ("UID SEARCH", "", "UNSEEN"),
    ("SEARCH", "", "OR FLAGGED BODY needle"),
    ("UID SORT", "(SUBJECT) UTF-8 ", "UNDELETED"),
    ("SORT", "(REVERSE SUBJECT ARRIVAL) UTF-8 ", "NOT KEYWORD $Work"),
    ("UID SORT", "(REVERSE SIZE SUBJECT) UTF-8 ", "ALL"),
]


def numbers(text):
    for part in text.split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), int(last or first) + 1)


class Client:
    """Sends commands and gives the lines of their answers; none of them has a literal."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        self.count = 0
        self.file.readline()
        self.ok(f"LOGIN {ALICE} {ALICE_PASSWORD}")

    def leave(self):
        self.socket.close()
        self.file.close()

    def told(self, line):
        """An untagged line, in its order."""

    def ok(self, text, literal=b""):
        self.count += 1
        tag = f"t{self.count}"
        self.socket.sendall(f"{tag} {text}".encode() + (b"{%d+}\r\n" % len(literal) + literal if literal else b"") +
                            b"\r\n")
        lines = []
        while True:
            line = self.file.readline().decode().rstrip("\r\n")
            if not line:
                raise EOFError(text)
            if line.startswith(tag + " "):
                assert line.split()[1] == "OK", (text, line)
                return tag, lines
            self.told(line)
            lines.append(line)


class Watcher(Client):
    """Keeps results by what it is told."""

    def __init__(self, port):
        self.results = {}  # by tag
        self.searches = {}
        self.exists = 0
        super().__init__(port)

    def told(self, line):
        if found := re.fullmatch(r"\* (\d+) EXISTS", line):
            self.exists = int(found[1])
        elif found := re.fullmatch(r"\* (\d+) EXPUNGE", line):
            self.expunge(int(found[1]))
        elif found := re.fullmatch(r'\* ESEARCH \(TAG "(\w+)"\)( UID)? (ADDTO|REMOVEFROM) \((.*)\)', line):
            tokens = found[4].split()
            for position, numbers_text in zip(tokens[::2], tokens[1::2]):
                self.change(found[1], found[3], int(position), list(numbers(numbers_text)), found[2] is not None)
        elif found := re.fullmatch(r'\* ESEARCH \(TAG "(\w+)"\)(?: UID)? ALL (.*)', line):
            self.results[found[1]] = list(numbers(found[2]))
        elif found := re.fullmatch(r"\* (?:SEARCH|SORT)((?: \d+)*)", line):
            kept = {tag: result[:] for tag, result in self.results.items()}
            self.found = [int(each) for each in found[1].split()], kept
        assert "NOUPDATE" not in line, line

    def expunge(self, number):
        for tag, result in self.results.items():
            if self.searches[tag][0].startswith("UID"):
                continue
            assert number not in result, (tag, number, result)
            self.results[tag] = [each - (each > number) for each in result]
        self.exists -= 1

    def change(self, tag, change, position, changed, is_uid):
        result = self.results[tag]
        if not is_uid:
            assert max(changed) <= self.exists, (tag, changed, self.exists)
        if change == "ADDTO":
            assert not set(changed) & set(result), (tag, changed, result)
            if position == 0:
                result[:] = sorted(result + changed)
            else:
                assert position <= len(result) + 1
                result[position - 1:position - 1] = changed
        elif position == 0:
            assert set(changed) <= set(result), (tag, changed, result)
            result[:] = [each for each in result if each not in set(changed)]
        else:
            assert result[position - 1:position - 1 + len(changed)] == changed, (tag, position, changed, result)
            del result[position - 1:position - 1 + len(changed)]

    def begin(self, search):
        verb, order, key = search
        tag = f"t{self.count + 1}"
        self.searches[tag] = search
        self.results[tag] = []
        self.ok(f"{verb} RETURN (UPDATE ALL) {order}{key}")

    def compare(self):
        for tag, (verb, order, key) in self.searches.items():
            self.ok(f"{verb} {order}{key}")
            fresh, kept = self.found
            assert fresh == kept[tag], (verb, order, key, fresh, kept[tag])


class Context(unittest.TestCase):
    portreeve = None

    def write(self, seed):
        chance = random.Random(seed)
        client = Client(self.server.ports["imap"])
        client.ok("SELECT INBOX")
        for _ in range(ROUNDS):
            what = chance.random()
            if what < 0.5:
                text = f"Subject: s{chance.randrange(12)}\r\n\r\n" + "needle" * chance.randrange(3) + "\r\n"
                client.ok("APPEND INBOX ", text.encode())
            elif what < 0.9:
                first = chance.randrange(1, 40)
                client.ok(f"UID STORE {first}:{first + chance.randrange(9)} {chance.choice('+-')}FLAGS.SILENT "
                          f"({chance.choice(FLAGS)})")
            else:
                client.ok(f"UID STORE {chance.randrange(1, 40)} +FLAGS.SILENT (\\Deleted)")
                client.ok("EXPUNGE")
        client.leave()

    def watch(self, seed):
        chance = random.Random(seed)
        client = Watcher(self.server.ports["imap"])
        client.ok("SELECT INBOX")
        if seed % 2 == 0:
            client.ok("NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))")
        for search in SEARCHES:
            client.begin(search)
        is_last = False
        while not is_last:
            is_last = self.is_done.is_set()
            client.ok(chance.choice(["NOOP", "NOOP", "FETCH 1:* (UID)", "UID STORE 1:9 +FLAGS.SILENT ($Work)"]))
            client.compare()
        client.leave()

    def test_results_are_what_a_fresh_search_finds(self):
        failures = []
        self.is_done = threading.Event()

        def run(work, seed):
            try:
                work(seed)
            except BaseException as error:  # noqa: BLE001: told below, with all the others
                failures.append(f"{work.__name__}({seed}): {error!r}")

        with Daemon(self.portreeve) as self.server:
            client = Client(self.server.ports["imap"])
            for i in range(120):
                client.ok("APPEND INBOX ", f"Subject: s{i % 5}\r\n\r\nneedle\r\n".encode())
            client.leave()
            writers = [threading.Thread(target=run, args=(self.write, seed)) for seed in range(3)]
            watchers = [threading.Thread(target=run, args=(self.watch, seed)) for seed in range(3, 7)]
            for thread in writers + watchers:
                thread.start()
            for thread in writers:
                thread.join()
            self.is_done.set()
            for thread in watchers:
                thread.join()
            self.assertEqual(failures, [])


Context.portreeve = sys.argv.pop(1)
unittest.main(verbosity=2)
