"""Clients that come back find out what others did meanwhile, whatever that was (RFC 7162).

Some clients add, flag, move and expunge messages of one mailbox. Others keep a model of it, leave, and return by
SELECT (QRESYNC …) again and again: what they are told must be changes only, and must lead to what is there.
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

ROUNDS = 60
TEXT = b"Subject: resync\r\n\r\nA line of text.\r\n"
FLAGS = [r"\Seen", r"\Flagged", r"\Answered", "$Work", r"\Deleted"]


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
        self.command(f"LOGIN {ALICE} {ALICE_PASSWORD}")

    def command(self, text, literal=b""):
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
                return line[len(tag) + 1:], lines
            lines.append(line)

    def ok(self, text, literal=b""):
        status, lines = self.command(text, literal)
        assert status.startswith("OK"), (text, status)
        return lines

    def leave(self):
        self.socket.close()


class Model:
    """What a client knows of the mailbox: flags by UID."""

    def __init__(self):
        self.flags = {}
        self.mod_seqs = {}
        self.validity = 0
        self.highest = 0

    def take(self, lines, is_select):
        exists = None
        since = self.highest
        fetched = False
        for line in lines:
            if match := re.fullmatch(r"\* VANISHED( \(EARLIER\))? (\S+)", line):
                assert not fetched or not match[1], "what vanished earlier comes first"
                for uid in numbers(match[2]):
                    # Under the mod-sequence that SELECT told, something may be told again that came as news before.
                    if self.flags.pop(uid, None) is not None and not match[1] and exists is not None:
                        exists -= 1
                    self.mod_seqs.pop(uid, None)
            elif match := re.fullmatch(r"\* \d+ FETCH \(UID (\d+) FLAGS \((.*)\) MODSEQ \((\d+)\)\)", line):
                fetched = True
                uid, mod_seq = int(match[1]), int(match[3])
                assert not is_select or mod_seq > since, line
                assert mod_seq >= self.mod_seqs.get(uid, 0), line
                self.flags[uid] = set(match[2].split()) - {r"\Recent"}
                self.mod_seqs[uid] = mod_seq
            elif match := re.fullmatch(r"\* (\d+) EXISTS", line):
                # What comes after the first is news of messages that the client would still have to ask for.
                exists = int(match[1]) if exists is None else exists
            elif match := re.search(r"\[HIGHESTMODSEQ (\d+)\]", line):
                self.highest = int(match[1])
            elif match := re.search(r"\[UIDVALIDITY (\d+)\]", line):
                self.validity = int(match[1])
            else:
                assert not re.fullmatch(r"\* \d+ EXPUNGE", line), line
        if is_select:
            assert exists == len(self.flags), f"{exists} are there, {len(self.flags)} are known"


class Resync(unittest.TestCase):
    portreeve = None

    def change(self, seed):
        chance = random.Random(seed)
        client = Client(self.server.ports["imap"])
        client.ok("SELECT INBOX")
        for _ in range(ROUNDS):
            for _ in range(chance.randint(0, 3)):
                client.ok("APPEND INBOX ", TEXT)
            uids = [line.split()[2:] for line in client.ok("UID SEARCH ALL") if line.startswith("* SEARCH")][0]
            if not uids:
                continue
            some = ",".join(sorted(chance.sample(uids, min(len(uids), chance.randint(1, 4))), key=int))
            sign = chance.choice(["+", "-", ""])
            client.ok(f"UID STORE {some} {sign}FLAGS ({chance.choice(FLAGS)})")
            if chance.random() < 0.3:
                client.ok(f"UID EXPUNGE {some}")
            if chance.random() < 0.1:
                client.ok(f"UID MOVE {chance.choice(uids)} Trash")
            if chance.random() < 0.1:
                client.ok(f"UID MOVE {chance.choice(uids)} INBOX")
        client.leave()

    def follow(self, seed):
        chance = random.Random(seed)
        model = Model()
        while not self.is_done.is_set():
            self.visit(model, chance.randint(0, 3))
        return model

    def visit(self, model, rests):
        client = Client(self.server.ports["imap"])
        client.ok("ENABLE QRESYNC")
        known = f" (QRESYNC ({model.validity} {model.highest}))" if model.validity else " (CONDSTORE)"
        lines = client.ok("SELECT INBOX" + known)
        if model.validity:
            model.take(lines, True)
        else:
            model.take(lines, False)
            model.take(client.ok("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 0 VANISHED)"), False)
        for _ in range(rests):
            model.take(client.ok("NOOP"), False)
        client.leave()

    def test_all_come_to_the_same(self):
        failures = []
        models = []
        self.is_done = threading.Event()

        def run(work, seed):
            try:
                models.append(work(seed))
            except BaseException as error:  # noqa: BLE001: told below, with all the others
                failures.append(f"{work.__name__}({seed}): {error!r}")

        with Daemon(self.portreeve) as self.server:
            writers = [threading.Thread(target=run, args=(self.change, seed)) for seed in range(3)]
            followers = [threading.Thread(target=run, args=(self.follow, seed)) for seed in range(3, 6)]
            for thread in writers + followers:
                thread.start()
            for thread in writers:
                thread.join()
            self.is_done.set()
            for thread in followers:
                thread.join()
            self.assertEqual(failures, [])

            truth = Model()
            self.visit(truth, 0)
            for model in filter(None, models):
                self.visit(model, 0)
                self.assertEqual(model.flags, truth.flags)
                self.assertEqual(model.mod_seqs, truth.mod_seqs)


Resync.portreeve = sys.argv.pop(1)
unittest.main(verbosity=2)
