"""Random commands of several sessions, one in flight at a time, and what the model says that each must be answered."""
import poplib
import random
import re
import smtplib

from daemon import ALICE, ALICE_PASSWORD, PATIENCE
from imap_wire import Wire, fetch_data, literal, numbers, to_set
from mail_model import RECENT, Entry, Mailbox, Message, View

FLAGS = [r"\Seen", r"\Answered", r"\Flagged", r"\Deleted", r"\Draft", "$Work", "Grau"]
NAMES = ["one", "two", "Grüße & Weiß", "semi;colon.dot"]
MODIFIED_UTF7 = {"Grüße & Weiß": "Gr&APwA3w-e &- Wei&AN8-"}
STANDING = ["Drafts", "Sent", "Junk", "Trash", "Archive"]  # made with the account; never touched here
WORDS = ["harbour", "market", "gate", "tide"]
QRESYNC, CONDSTORE, UTF8 = "QRESYNC", "CONDSTORE", "UTF8=ACCEPT"


def code(tagged, name):
    match = re.match(rf"\w+ \[{name}(?: ([^\]]*))?\]", tagged)
    return match and (match[1] or "")


class Session:
    def __init__(self, port, enabled=()):
        self.wire = Wire(port)
        self.wire.ok(f"LOGIN {ALICE} {ALICE_PASSWORD}")
        self.enabled = set(enabled)
        if enabled:
            self.wire.ok("ENABLE " + " ".join(enabled))
        self.view = None
        self.idle_tag = None
        self.saved = None
        self.remembered = {}  # by mailbox name: what a client keeps to resynchronize

    def name(self, name):
        return f'"{name}"' if UTF8 in self.enabled else f'"{MODIFIED_UTF7.get(name, name)}"'

    @property
    def is_condstore(self):
        return CONDSTORE in self.enabled or QRESYNC in self.enabled


class World:
    def __init__(self, server, seed):
        self.chance = random.Random(seed)
        self.server = server
        port = server.ports["imap"]
        self.observer = Session(port, [CONDSTORE, UTF8])
        self.sessions = [Session(port, enabled) for enabled in ((), (CONDSTORE,), (QRESYNC,), (QRESYNC, UTF8), (UTF8,))]
        self.boxes = {"INBOX": Mailbox("INBOX")}
        self.validities = {}
        self.count = 0
        self.last = None  # what was said and answered, for whoever has to find out
        self.observe(self.boxes["INBOX"])

    # --- the truth

    def observe(self, box):
        """Looks at a mailbox with fresh eyes: the model must be right, and mod-sequences must rise with each change."""
        if box.is_deleted:
            return
        wire = self.observer.wire
        untagged = b"\n".join(wire.ok("EXAMINE " + self.observer.name(box.name)))

        def told(pattern):
            return int(re.search(pattern, untagged)[1])
        validity, highest = told(rb"\[UIDVALIDITY (\d+)\]"), told(rb"\[HIGHESTMODSEQ (\d+)\]")
        if box.validity is None:
            assert validity > self.validities.get(box.name, 0), f"UIDVALIDITY {validity} again"
            box.validity = validity
        assert box.validity == validity, f"{box.name}: {validity} was {box.validity}"
        self.validities[box.name] = max(self.validities.get(box.name, 0), validity)
        assert told(rb"\[UIDNEXT (\d+)\]") == box.next_uid
        assert told(rb"\* (\d+) EXISTS") == len(box.messages), f"{untagged!r} of {list(box.messages)}"
        seen = {}
        if box.messages:
            for response in wire.ok("UID FETCH 1:* (FLAGS MODSEQ RFC822.SIZE INTERNALDATE)"):
                _, items = fetch_data(response)
                seen[int(items["UID"])] = items
        assert list(seen) == list(box.messages), f"{list(seen)} are in {box.name}, not {list(box.messages)}"
        for uid, message in box.messages.items():
            items = seen[uid]
            assert frozenset(items["FLAGS"]) - {RECENT} == message.flags, f"{uid}: {items} {message.flags}"
            mod_seq = int(items["MODSEQ"][0])
            assert mod_seq <= highest, f"{mod_seq} is above {highest}"
            if uid in box.changed or message.mod_seq is None:
                assert mod_seq > box.highest, f"{uid} changed, {mod_seq} is not above {box.highest}"
            elif uid not in box.perhaps_changed:
                assert mod_seq == message.mod_seq, f"{uid} did not change, {mod_seq} was {message.mod_seq}"
            message.mod_seq = mod_seq
            if message.text is None:
                message.text = box.texts[uid] = self.read_whole(uid)
            assert int(items["RFC822.SIZE"]) == len(message.text)
            message.date = message.date or items["INTERNALDATE"].decode()
            assert items["INTERNALDATE"].decode() == message.date, f"{uid}: {items} {message.date}"
        assert highest >= box.highest + (1 if box.has_lost else 0)
        box.highest = highest
        box.changed, box.perhaps_changed, box.has_lost = set(), set(), False

    def read_whole(self, uid):
        for response in self.observer.wire.ok(f"UID FETCH {uid} (BODY.PEEK[])"):
            return fetch_data(response)[1]["BODY[]"]

    def text(self):
        self.count += 1
        word = self.chance.choice(WORDS)
        body = f"{self.chance.choice(WORDS)} {self.count}\r\n" * self.chance.randint(0, 30)
        return f"From: a@example.test\r\nSubject: {word} {self.count}\r\n\r\n{body}".encode()

    # --- choices

    def pick_name(self):
        return self.chance.choice(["INBOX", "INBOX", *NAMES])

    def pick_flags(self):
        return frozenset(self.chance.sample(FLAGS, self.chance.randint(0, 3)))

    def pick(self, session):
        """Some messages of a view: (entries, how the command names them, is it by UID)."""
        entries = session.view.entries
        if not entries:
            return [], "1", True
        some = self.chance.sample(entries, min(len(entries), self.chance.choice([1, 1, 2, 5, 100])))
        some.sort(key=entries.index)
        if self.chance.random() < 0.5:
            return some, to_set([entry.uid for entry in some]), True
        return some, to_set([entries.index(entry) + 1 for entry in some]), False

    # --- a command and its consequences

    def play(self, session, command, may_expunge=True, by_uid=False):
        untagged, tagged = session.wire.command(command)
        self.last = (self.sessions.index(session), command[:200], untagged, tagged)
        if session.view is None:
            return {}, untagged, tagged
        fetched, rest, _ = session.view.take(untagged, may_expunge, by_uid)
        self.share_modes(session)  # as they are behind this command
        return fetched, rest, tagged

    def share_modes(self, session):
        session.view.is_condstore = session.is_condstore
        session.view.is_qresync = QRESYNC in session.enabled

    def done(self, session, *boxes, may_expunge=True):
        for box in {id(box): box for box in boxes}.values():
            self.observe(box)
        if session.view:
            session.view.settle(may_expunge)

    def require(self, tagged, *wanted):
        assert tagged.startswith(wanted), self.last

    def do_noop(self, session):
        _, _, tagged = self.play(session, self.chance.choice(["NOOP", "CHECK"] if session.view else ["NOOP"]))
        self.require(tagged, "OK")
        self.done(session)

    def do_append(self, session):
        name = self.pick_name()
        messages = [Message(self.text(), self.pick_flags(), f"{self.chance.randint(1, 30):2d}-Nov-2026 12:00:00 +0000")
                    for _ in range(self.chance.choice([1, 1, 1, 3]))]
        command = f"APPEND {session.name(name)}".encode()
        for message in messages:
            flags = f" ({' '.join(sorted(message.flags))})" if message.flags else ""
            marker = "~" if self.chance.random() < 0.1 else ""
            command += f'{flags} "{message.date}" {marker}'.encode() + literal(message.text)
        _, _, tagged = self.play(session, command)
        box = self.boxes.get(name)
        if box is None:
            self.require(tagged, "NO [TRYCREATE]")
            return self.done(session)
        self.require(tagged, "OK [APPENDUID ")
        validity, uids = code(tagged, "APPENDUID").split()
        assert int(validity) == box.validity, self.last
        uids = numbers(uids)
        assert len(uids) == len(messages), self.last
        for uid, message in zip(uids, messages):
            box.add(uid, message)
        return self.done(session, box)

    def do_deliver(self, _):
        text = self.text()
        kind = self.chance.choice([smtplib.SMTP, smtplib.LMTP])
        name = "smtp" if kind is smtplib.SMTP else "lmtp"
        client = kind("127.0.0.1", self.server.ports[name], timeout=PATIENCE)
        client.sendmail("b@example.test", [ALICE], text)
        client.quit()
        box = self.boxes["INBOX"]
        uid = box.next_uid
        box.add(uid, Message(None, ()))
        self.observe(box)
        assert box.texts[uid].endswith(text)

    def do_select(self, session):
        name = self.pick_name()
        box = self.boxes.get(name)
        verb = self.chance.choice(["SELECT", "SELECT", "SELECT", "EXAMINE"])
        parameter, known = "", None
        if QRESYNC in session.enabled and name in session.remembered and self.chance.random() < 0.8:
            validity, mod_seq, known = session.remembered[name]
            parameter = f" (QRESYNC ({validity} {mod_seq}))"
            if box and validity != box.validity:
                known = None
        elif self.chance.random() < 0.2:
            parameter = " (CONDSTORE)"
            session.enabled.add(CONDSTORE)
        self.leave(session)
        session.view = None
        untagged, tagged = session.wire.command(f"{verb} {session.name(name)}{parameter}")
        self.last = (name, parameter, tagged)
        if box is None:
            self.require(tagged, "NO")
            return
        self.require(tagged, "OK [READ-ONLY]" if verb == "EXAMINE" else "OK [READ-WRITE]")
        whole = b"\n".join(untagged)
        first_unseen = next((i + 1 for i, m in enumerate(box.messages.values()) if r"\Seen" not in m.flags), None)
        match = re.search(rb"\[UNSEEN (\d+)\]", whole)
        assert (match and int(match[1])) == first_unseen, whole
        assert b"[HIGHESTMODSEQ %d]" % box.highest in whole and b"[UIDVALIDITY %d]" % box.validity in whole, whole
        assert b"[UIDNEXT %d]" % box.next_uid in whole, whole
        session.view = view = View(box, verb == "EXAMINE")
        self.share_modes(session)
        fetched, _, vanished = view.take(untagged, True)
        assert len(view.entries) == len(box.messages), self.last
        for entry, uid in zip(view.entries, box.messages):
            assert entry.uid in (None, uid)
            entry.uid = uid
        if known is None:
            assert not fetched and not vanished, whole
            view.entries = [Entry(uid) for uid in box.messages]
        else:
            # What the client knew, less what vanished, with what changed, is the mailbox.
            left = {uid: flags for uid, flags in known.items() if uid not in vanished}
            told = {entry.uid for entry in fetched}
            assert set(left) | told == set(box.messages), f"{known} {vanished} {told} {list(box.messages)}"
            for entry in view.entries:
                if entry.flags is None:
                    entry.flags = left[entry.uid]
        self.done(session)

    def leave(self, session):
        """Remembers what a client would that has just been told everything."""
        view = session.view
        if view is None or view.box.is_deleted or QRESYNC not in session.enabled:
            return
        _, _, tagged = self.play(session, "NOOP")
        self.require(tagged, "OK")
        view.settle(True)
        if all(entry.flags is not None for entry in view.entries):
            flags = {entry.uid: entry.flags for entry in view.entries}
            session.remembered[view.box.name] = (view.box.validity, view.box.highest, flags)

    def do_close(self, session):
        if not session.view:
            return
        view = session.view
        verb = self.chance.choice(["CLOSE", "UNSELECT"])
        untagged, tagged = session.wire.command(verb)
        self.last = (verb, untagged, tagged)
        self.require(tagged, "OK")
        view.take(untagged, True)
        session.view = None
        if verb == "CLOSE" and not view.is_read_only and not view.box.is_deleted:
            known = {entry.uid for entry in view.entries}
            view.box.remove([uid for uid, m in view.box.messages.items() if r"\Deleted" in m.flags and uid in known])
        self.observe(view.box)

    def do_store(self, session):
        view = session.view
        if not view or not view.entries:
            return None
        box = view.box
        some, text, by_uid = self.pick(session)
        sign, silent, flags = self.chance.choice(["+", "-", ""]), self.chance.choice(["", ".SILENT"]), self.pick_flags()
        since, modifier = None, ""
        if self.chance.random() < 0.3:
            mod_seqs = [m.mod_seq for m in box.messages.values()] or [1]
            since = self.chance.choice([0, box.highest, *mod_seqs, *mod_seqs])
            modifier = f" (UNCHANGEDSINCE {since})"
            if not view.is_read_only:
                session.enabled.add(CONDSTORE)

        def apply(before):
            return {"+": before | flags, "-": before - flags, "": flags}[sign]
        stored, left = [], []
        for entry in some:
            if view.is_read_only:
                continue
            if view.is_ghost(entry) or (since is not None and box.messages[entry.uid].mod_seq > since):
                left.append(entry)
            else:
                stored.append(entry)
        numbers_before = {entry: view.entries.index(entry) + 1 for entry in some}
        for entry in stored:
            box.set_flags(entry.uid, apply(box.messages[entry.uid].flags))
            if silent and entry.flags is not None:
                entry.flags = frozenset(apply(entry.flags))
        fetched, _, tagged = self.play(session, f"{'UID ' if by_uid else ''}STORE {text}{modifier} {sign}FLAGS{silent} "
                                                f"({' '.join(sorted(flags))})", by_uid, by_uid)
        if view.is_read_only:
            self.require(tagged, "NO")
        elif view.box.is_deleted:
            self.require(tagged, "NO", "OK")
        elif since is not None and left:
            gone = any(view.is_ghost(entry) for entry in left)
            self.require(tagged, "NO [MODIFIED " if gone else "OK [MODIFIED ")
            wanted = [entry.uid if by_uid else numbers_before[entry] for entry in left]
            assert numbers(code(tagged, "MODIFIED")) == sorted(wanted), (self.last, wanted)
        else:
            self.require(tagged, "OK")
        for entry in stored:
            if not silent:
                assert "FLAGS" in fetched[entry], self.last
            if session.is_condstore:
                assert "MODSEQ" in fetched[entry], self.last
        return self.done(session, box, may_expunge=by_uid)

    def do_copy(self, session):
        view = session.view
        if not view or not view.entries:
            return None
        some, text, by_uid = self.pick(session)
        verb = self.chance.choice(["COPY", "MOVE"])
        name = self.pick_name()
        target = self.boxes.get(name)
        box = view.box
        there = [entry.uid for entry in some if not view.is_ghost(entry)]
        # The view may change by the answer; the model has to know before.
        is_allowed = target is not None and not (verb == "MOVE" and view.is_read_only)
        _, rest, tagged = self.play(session, f"{'UID ' if by_uid else ''}{verb} {text} {session.name(name)}", True,
                                    by_uid)
        if box.is_deleted:
            self.require(tagged, "NO", "OK")
            return self.done(session)
        if not is_allowed:
            self.require(tagged, "NO [TRYCREATE]" if target is None and not (verb == "MOVE" and view.is_read_only)
                         else "NO")
            return self.done(session)
        if not there:
            self.require(tagged, "OK" if verb == "MOVE" or by_uid else "NO [EXPUNGEISSUED]")
            return self.done(session)
        self.require(tagged, "OK")
        told = tagged
        if verb == "MOVE":
            told = next(response[2:].decode() for response in rest if b"[COPYUID" in response)
        validity, from_set, to_uids = code(told, "COPYUID").split()
        assert int(validity) == target.validity and numbers(from_set) == there, (told, there)
        for uid, new in zip(there, numbers(to_uids), strict=True):
            target.add(new, Message(box.texts[uid], box.messages[uid].flags, box.messages[uid].date))
        if verb == "MOVE":
            box.remove(there)
            if QRESYNC in session.enabled:
                self.observe(box)
                assert int(code(tagged, "HIGHESTMODSEQ")) == box.highest, (self.last, box.highest)
        return self.done(session, box, target)

    def do_expunge(self, session):
        view = session.view
        if not view:
            return None
        chosen, command = view.entries, "EXPUNGE"
        if view.entries and self.chance.random() < 0.5:
            chosen = self.chance.sample(view.entries, self.chance.randint(1, len(view.entries)))
            command = "UID EXPUNGE " + to_set([entry.uid for entry in chosen])
        box = view.box
        gone = [entry.uid for entry in chosen
                if not view.is_ghost(entry) and r"\Deleted" in box.messages[entry.uid].flags]
        _, _, tagged = self.play(session, command, True, command != "EXPUNGE")
        if view.is_read_only:
            self.require(tagged, "NO")
        elif box.is_deleted:
            self.require(tagged, "NO", "OK")
        else:
            self.require(tagged, "OK")
            box.remove(gone)
            self.observe(box)
            if gone and QRESYNC in session.enabled:
                assert int(code(tagged, "HIGHESTMODSEQ")) == box.highest, (self.last, box.highest)
        return self.done(session, box)

    def do_fetch(self, session):
        view = session.view
        if not view or not view.entries:
            return None
        some, text, by_uid = self.pick(session)
        first, size = self.chance.randint(0, 300), self.chance.randint(1, 300)
        choices = {"FLAGS": None, "UID": None, "RFC822.SIZE": None, "MODSEQ": None, "BODY.PEEK[]": "BODY[]",
                   "BODY[]": "BODY[]", f"BODY.PEEK[]<{first}.{size}>": f"BODY[]<{first}>", "BODY.PEEK[TEXT]": "BODY[TEXT]",
                   "RFC822.HEADER": None, "INTERNALDATE": None, "ENVELOPE": None}
        items = self.chance.sample(list(choices), self.chance.randint(1, 3))
        if "BODY[]" in items and "BODY.PEEK[]" in items:
            items.remove("BODY.PEEK[]")
        if "MODSEQ" in items:
            session.enabled.add(CONDSTORE)
        box = view.box
        ghosts = {entry for entry in some if view.is_ghost(entry)}
        if "BODY[]" in items and not view.is_read_only:
            for entry in some:
                if entry not in ghosts and r"\Seen" not in box.messages[entry.uid].flags:
                    box.set_flags(entry.uid, box.messages[entry.uid].flags | {r"\Seen"})
        fetched, _, tagged = self.play(session, f"{'UID ' if by_uid else ''}FETCH {text} ({' '.join(items)})", by_uid,
                                       by_uid)
        if tagged.startswith("NO"):
            assert ghosts, self.last
        else:
            self.require(tagged, "OK")
        labels = {choices[item] or item for item in items}
        for entry in some:
            data = fetched.get(entry)
            if entry in ghosts and tagged.startswith("NO"):
                continue
            assert data and labels <= set(data), (self.last, data)
            whole = box.texts[entry.uid]
            texts = {"BODY[]": whole, "BODY[TEXT]": whole.partition(b"\r\n\r\n")[2],
                     "RFC822.HEADER": b"".join(whole.partition(b"\r\n\r\n")[:2]), "RFC822.SIZE": str(len(whole)),
                     f"BODY[]<{first}>": whole[first:first + size]}
            for label in labels & set(texts):
                assert data[label] == texts[label], (self.last, label, data[label], texts[label])
        return self.done(session, box, may_expunge=by_uid)

    def search_key(self, session, depth=0):
        """A criterion and the test of (number, entry, message) that says the same."""
        view, chance = session.view, self.chance
        kind = chance.randint(0, 10 if depth < 3 else 7)
        if kind == 0:
            return "ALL", lambda n, e, m: True
        if kind == 1:
            flag = chance.choice(["Seen", "Answered", "Flagged", "Deleted", "Draft"])
            wanted = chance.random() < 0.5
            return ("" if wanted else "UN") + flag.upper(), lambda n, e, m: (f"\\{flag}" in m.flags) == wanted
        if kind == 2:
            word, wanted = chance.choice(["$Work", "Grau", "none"]), chance.random() < 0.5
            return f"{'' if wanted else 'UN'}KEYWORD {word}", lambda n, e, m: (word in m.flags) == wanted
        if kind == 3:
            size = chance.randint(40, 500)
            return f"LARGER {size}", lambda n, e, m: len(m.text) > size
        if kind == 4 and view.entries:
            some, text, by_uid = self.pick(session)
            return ("UID " if by_uid else "") + text, lambda n, e, m: e in some
        if kind == 5:
            word = chance.choice(WORDS)
            return f"SUBJECT {word.upper()}", lambda n, e, m: word.encode() in m.text.partition(b"\r\n\r\n")[0]
        if kind == 6:
            word = chance.choice(WORDS)
            return f"BODY {word}", lambda n, e, m: word.encode() in m.text.partition(b"\r\n\r\n")[2]
        if kind == 7:
            mod_seq = chance.randint(0, view.box.highest + 1)
            session.enabled.add(CONDSTORE)
            return f"MODSEQ {mod_seq}", lambda n, e, m: m.mod_seq >= mod_seq
        if kind == 8 and session.saved is not None:
            saved = session.saved
            return "$", lambda n, e, m: e in saved
        one, test_one = self.search_key(session, depth + 1)
        if kind == 9:
            return f"NOT {one}", lambda n, e, m: not test_one(n, e, m)
        two, test_two = self.search_key(session, depth + 1)
        if kind == 10:
            return f"OR {one} {two}", lambda n, e, m: test_one(n, e, m) or test_two(n, e, m)
        return f"({one} {two})", lambda n, e, m: test_one(n, e, m) and test_two(n, e, m)

    def do_search(self, session):
        view = session.view
        if not view:
            return None
        key, test = self.search_key(session)
        by_uid = self.chance.random() < 0.5
        returns = self.chance.choice([None, None, ["ALL"], ["MIN", "MAX"], ["COUNT", "ALL"], ["SAVE"], ["SAVE", "COUNT"]])
        entries = list(view.entries)
        ghosts = {entry for entry in entries if view.is_ghost(entry)}
        _, rest, tagged = self.play(session, f"{'UID ' if by_uid else ''}SEARCH "
                                             f"{'' if returns is None else 'RETURN (' + ' '.join(returns) + ') '}{key}",
                                    by_uid, by_uid)
        self.require(tagged, "OK")
        self.done(session, view.box, may_expunge=by_uid)
        # What had come meanwhile is told before the search, and so is part of it.
        entries += [entry for entry in view.entries if entry not in entries]
        found = [entry for n, entry in enumerate(entries, 1)
                 if entry not in ghosts and test(n, entry, view.box.messages[entry.uid])]
        name = {entry: entry.uid if by_uid else n for n, entry in enumerate(entries, 1)}
        wanted = [name[entry] for entry in found]
        unsure = {name[entry] for entry in ghosts}
        if returns is None:
            got = [int(n) for n in re.match(rb"\* SEARCH([ \d]*)", next(r for r in rest if b"SEARCH" in r))[1].split()]
            assert [n for n in got if n not in unsure] == wanted, (self.last, got, wanted)
        else:
            self.check_extended(returns, rest, wanted, unsure, by_uid)
            if "SAVE" in returns:
                session.saved = None if ghosts else set(found)
        if "MODSEQ " in key and found and not ghosts and returns != ["SAVE"]:
            # RFC 7162 section 3.1.10: of what is told, or of all.
            of = [found[0], found[-1]] if returns == ["MIN", "MAX"] else found
            highest = max(view.box.messages[entry.uid].mod_seq for entry in of)
            line = next(r for r in rest if b"SEARCH" in r)
            assert int(re.search(rb"MODSEQ (\d+)", line)[1]) == highest, (self.last, line, highest)

    def check_extended(self, returns, rest, wanted, unsure, by_uid):
        lines = [r.decode() for r in rest if r.startswith(b"* ESEARCH")]
        if returns == ["SAVE"]:
            assert not lines, lines
            return
        line = re.sub(r" MODSEQ \d+$", "", lines[0])
        match = re.fullmatch(r'\* ESEARCH \(TAG "t\d+"\)( UID)?((?: [A-Z]+ \S+)*)', line)
        assert match and bool(match[1]) == by_uid, (line, by_uid)
        words = match[2].split()
        told = dict(zip(words[::2], words[1::2]))
        if "ALL" in told:
            assert [n for n in numbers(told["ALL"]) if n not in unsure] == wanted, (line, wanted)
        if unsure:
            return
        if "COUNT" in returns:
            assert int(told["COUNT"]) == len(wanted), (self.last, line, wanted)
        for name, extreme in (("MIN", min), ("MAX", max)):
            if name in returns:
                assert told.get(name) == (str(extreme(wanted)) if wanted else None), (line, wanted)
        if "ALL" in returns:
            assert ("ALL" in told) == bool(wanted), (line, wanted)

    def do_idle(self, session):
        if session.view is None:
            return
        session.idle_tag = session.wire.send("IDLE")
        untagged = []
        while not (response := session.wire.response()).startswith(b"+ "):
            untagged.append(response)
        self.share_modes(session)
        session.view.take(untagged, True)

    def end_idle(self, session):
        session.wire.socket.sendall(b"DONE\r\n")
        untagged, tagged = session.wire.answer(session.idle_tag)
        self.last = ("DONE", tagged)
        self.require(tagged, "OK")
        session.idle_tag = None
        session.view.take(untagged, True)
        session.view.settle(True, is_exact=False)

    def do_create(self, session):
        name = self.pick_name()
        _, _, tagged = self.play(session, f"CREATE {session.name(name)}")
        if name in self.boxes:
            self.require(tagged, "NO")
        else:
            self.require(tagged, "OK")
            self.boxes[name] = Mailbox(name)
        self.done(session, self.boxes[name])

    def do_delete(self, session):
        name = self.pick_name()
        box = self.boxes.get(name)
        is_there = box is not None and name != "INBOX"
        if is_there:
            box.is_deleted = True
            del self.boxes[name]
        _, _, tagged = self.play(session, f"DELETE {session.name(name)}")
        self.require(tagged, "OK" if is_there else "NO")
        self.done(session)

    def do_rename(self, session):
        name, new = self.chance.sample(NAMES, 2)
        is_good = name in self.boxes and new not in self.boxes
        _, _, tagged = self.play(session, f"RENAME {session.name(name)} {session.name(new)}")
        self.require(tagged, "OK" if is_good else "NO")
        if is_good:
            box = self.boxes.pop(name)
            box.name = new
            self.boxes[new] = box
            self.validities[new] = max(self.validities.get(new, 0), box.validity)
        self.done(session)

    def do_rename_inbox(self, session):
        """RFC 3501 section 6.3.5: what is in it moves, it stays."""
        name = self.chance.choice(NAMES)
        inbox = self.boxes["INBOX"]
        is_good = name not in self.boxes
        before = list(inbox.messages.values())
        _, _, tagged = self.play(session, f"RENAME INBOX {session.name(name)}")
        self.require(tagged, "OK" if is_good else "NO")
        if is_good:
            self.boxes[name] = box = Mailbox(name)
            inbox.remove(list(inbox.messages))
            for message in before:
                box.add(box.next_uid, Message(message.text, message.flags, message.date))
            self.observe(box)
        self.done(session, inbox)

    def do_list(self, session):
        _, rest, tagged = self.play(session, 'LIST "" "*"')
        self.require(tagged, "OK")
        names = {re.match(rb'\* LIST \([^)]*\) "/" "?(.*?)"?$', r)[1] for r in rest if r.startswith(b"* LIST")}
        wanted = {session.name(name)[1:-1].encode() for name in self.boxes} | {name.encode() for name in STANDING}
        assert names == wanted, (names, wanted)
        self.done(session)

    def do_replace(self, session):
        view = session.view
        if not view or not view.entries:
            return None
        entry, by_uid = self.chance.choice(view.entries), self.chance.random() < 0.5
        box, name, message = view.box, self.pick_name(), Message(self.text(), self.pick_flags())
        target = self.boxes.get(name)
        number = entry.uid if by_uid else view.entries.index(entry) + 1
        is_there = not view.is_ghost(entry)
        command = f"{'UID ' if by_uid else ''}REPLACE {number} {session.name(name)} ({' '.join(sorted(message.flags))}) "
        _, rest, tagged = self.play(session, command.encode() + literal(message.text), True, by_uid)
        if view.is_read_only or target is None or not is_there:
            self.require(tagged, "NO")
            return self.done(session)
        self.require(tagged, "OK")
        validity, uid = code(next(r[2:].decode() for r in rest if b"[APPENDUID" in r), "APPENDUID").split()
        assert int(validity) == target.validity, self.last
        target.add(int(uid), message)
        box.remove([entry.uid])
        return self.done(session, box, target)

    def do_sort(self, session):
        view = session.view
        if not view:
            return None
        by_uid = self.chance.random() < 0.5
        _, rest, tagged = self.play(session, f"{'UID ' if by_uid else ''}SORT (REVERSE SIZE) UTF-8 ALL", by_uid, by_uid)
        self.require(tagged, "OK")
        self.done(session, view.box, may_expunge=by_uid)
        found = [int(n) for n in next(r for r in rest if r.startswith(b"* SORT")).split()[2:]]
        truth = {} if view.box.is_deleted else view.box.messages
        names = {(entry.uid if by_uid else n): truth[entry.uid] for n, entry in enumerate(view.entries, 1)
                 if entry.uid in truth}
        wanted = sorted(names, key=lambda name: (-len(names[name].text), name))
        assert [n for n in found if n in names] == wanted, (self.last, found, wanted)
        return None

    def do_pop(self, _):
        """POP3 deletes at QUIT."""
        client = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        client.user(ALICE)
        client.pass_(ALICE_PASSWORD)
        inbox = self.boxes["INBOX"]
        assert client.stat()[0] == len(inbox.messages)
        for number, uid in list(enumerate(inbox.messages, 1))[:3]:
            if self.chance.random() < 0.5:
                client.dele(number)
                inbox.remove([uid])
        client.quit()
        self.observe(inbox)

    def do_status(self, session):
        name = self.pick_name()
        box = self.boxes.get(name)
        _, rest, tagged = self.play(session, f"STATUS {session.name(name)} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN "
                                             "HIGHESTMODSEQ SIZE)")
        if box is None:
            self.require(tagged, "NO")
            return self.done(session)
        self.require(tagged, "OK")
        values = next(r for r in rest if r.startswith(b"* STATUS")).decode()
        told = dict(zip(*[iter(values[values.rindex("(") + 1:-1].split())] * 2))
        wanted = {"MESSAGES": len(box.messages), "UIDNEXT": box.next_uid, "UIDVALIDITY": box.validity,
                  "UNSEEN": sum(r"\Seen" not in m.flags for m in box.messages.values()), "HIGHESTMODSEQ": box.highest,
                  "SIZE": sum(len(m.text) for m in box.messages.values())}
        assert told == {key: str(value) for key, value in wanted.items()}, (values, wanted)
        session.enabled.add(CONDSTORE)  # RFC 7162 section 3.1: by asking for HIGHESTMODSEQ
        return self.done(session)

    STEPS = {"noop": 8, "append": 12, "deliver": 4, "select": 8, "close": 2, "store": 20, "copy": 8, "expunge": 5,
             "fetch": 12, "search": 12, "idle": 4, "create": 3, "delete": 1, "rename": 2, "rename_inbox": 1, "list": 1,
             "status": 3, "replace": 3, "sort": 3, "pop": 2}

    def close(self):
        for session in [*self.sessions, self.observer]:
            session.wire.close()

    def step(self):
        session = self.chance.choice(self.sessions)
        if session.idle_tag:
            if self.chance.random() < 0.3:
                self.end_idle(session)
            return "idling"
        name = self.chance.choices(list(self.STEPS), list(self.STEPS.values()))[0]
        if name in ("select", "close"):
            session.saved = None
        getattr(self, "do_" + name)(session)
        return name
