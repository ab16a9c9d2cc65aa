"""Random commands over several sessions, each answer compared with a simple model of mailboxes and views.

One mode has one command in flight at a time and compares everything: UIDs, numbers, flags, mod-sequences, texts, what
was copied and found, and what each session must or mustn't be told. An observer looks at what changed after each
command. The other has a command of every session in flight at once and looks where all of them arrive.
Run by ctest as `python3 FILE PORTREEVE`. The seed is printed; SEED and SECONDS of the environment set it, and how long
each of the modes takes, so that a run can be repeated.
"""
import os
import random
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from daemon import Daemon  # noqa: E402
from imap_wire import fetch_data, literal, to_set  # noqa: E402
from mail_model import RECENT, Mailbox, Message, View  # noqa: E402
from random_commands import CONDSTORE, FLAGS, QRESYNC, UTF8, Session, World  # noqa: E402

SECONDS = 8  # in each of the modes
IDLE = "IDLE"


class Crowd:
    """Sessions that all have a command in flight at once. No answer can be foretold; where they arrive can."""
    ADD = b"Subject: crowd\r\n\r\nText.\r\n"

    def __init__(self, server, seed):
        self.chance = random.Random(seed)
        port = server.ports["imap"]
        self.sessions = [Session(port, enabled) for enabled in [(), (CONDSTORE,), (QRESYNC,), (QRESYNC, UTF8)] * 2]
        self.observer = Session(port, [CONDSTORE])
        self.box = Mailbox("INBOX")
        for session in self.sessions:
            session.view = View(self.box, False)
            session.view.is_condstore, session.view.is_qresync = session.is_condstore, QRESYNC in session.enabled
            session.view.take(session.wire.ok("SELECT INBOX"), True)

    def command(self, session):
        """(command, may EXPUNGE be told meanwhile, is it by UID)"""
        chance, count = self.chance, len(session.view.entries)
        if count == 0 or chance.random() < 0.3:
            return b"APPEND INBOX " + literal(self.ADD), True, False
        numbers_ = to_set(set(chance.choices(range(1, count + 1), k=chance.randint(1, 5))))
        kind = chance.randint(0, 9)
        if kind < 3:
            flag = chance.choice([*FLAGS, r"\Deleted"])
            return f"STORE {numbers_} {chance.choice('+-')}FLAGS ({flag})", False, False
        if kind == 3:
            return f"FETCH {numbers_} (UID FLAGS BODY.PEEK[TEXT])", False, False
        if kind == 4:
            return "UID FETCH 1:* (FLAGS)", True, True
        if kind == 5:
            return "SEARCH RETURN (COUNT) DELETED", False, False
        if kind == 6:
            return f"MOVE {numbers_} INBOX", True, False
        if kind == 7:
            return IDLE, True, False
        return chance.choice(["EXPUNGE", "NOOP", f"COPY {numbers_} INBOX"]), True, False

    def round(self):
        sent = [(session, *self.command(session)) for session in self.sessions]
        tags = [session.wire.send(command) for session, command, _, _ in sent]
        for session, command, _, _ in sent:
            if command == IDLE:
                session.wire.socket.sendall(b"DONE\r\n")
        for (session, command, may_expunge, by_uid), tag in zip(sent, tags):
            untagged, tagged = session.wire.answer(tag, command == IDLE)
            assert tagged.startswith("OK") or (tagged.startswith("NO ") and "EXPUNGEISSUED" in tagged), (command, tagged)
            session.view.take(untagged, may_expunge, by_uid)

    def meet(self):
        """All rest: each must know what a newcomer sees."""
        wire = self.observer.wire
        wire.ok("EXAMINE INBOX")
        self.box.messages = {}
        for response in wire.ok("UID FETCH 1:* (FLAGS MODSEQ)"):
            items = fetch_data(response)[1]
            message = Message(self.ADD, set(items["FLAGS"]) - {RECENT})
            message.mod_seq = int(items["MODSEQ"][0])
            self.box.messages[int(items["UID"])] = message
        for session in self.sessions:
            session.view.take(session.wire.ok("NOOP"), True)
            session.view.settle(True, is_exact=False)
            session.view.take(session.wire.ok("UID FETCH 1:* (FLAGS)"), True, True)
            session.view.settle(True)


class Model(unittest.TestCase):
    portreeve = None
    seed = 0
    seconds = SECONDS

    def test_all_come_to_the_same_with_commands_in_flight(self):
        print(f"seed {self.seed}", flush=True)
        with self.server() as server:
            crowd = Crowd(server, self.seed)
            meetings, until = 0, time.monotonic() + self.seconds
            while time.monotonic() < until:
                meetings += 1
                for _ in range(meetings % 7):
                    crowd.round()
                crowd.meet()
            for session in [*crowd.sessions, crowd.observer]:
                session.wire.close()
            print(f"{meetings} meetings", flush=True)

    def server(self):
        return Daemon(self.portreeve, listeners={"lmtp": 'protocol = "lmtp"\ntls = "none"'})

    def test_every_answer_is_the_models(self):
        print(f"seed {self.seed}", flush=True)
        with self.server() as server:
            world = World(server, self.seed)
            steps, until = 0, time.monotonic() + self.seconds
            try:
                while time.monotonic() < until:
                    steps += 1
                    world.step()
            except AssertionError as error:
                raise AssertionError(f"seed {self.seed}, step {steps}: {error}\nafter {world.last}") from error
            for session in world.sessions:
                if session.idle_tag:
                    world.end_idle(session)
                world.do_noop(session)
            world.close()
            print(f"{steps} steps", flush=True)


Model.portreeve = sys.argv.pop(1)
Model.seed = int(os.environ.get("SEED") or random.randrange(1 << 32))
Model.seconds = int(os.environ.get("SECONDS") or SECONDS)
unittest.main(verbosity=2)
