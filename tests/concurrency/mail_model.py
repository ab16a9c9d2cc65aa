"""What a mailbox is and what a client knows of one, as simply as it can be said.

A Mailbox is the truth. A View is what one client believes after all it was told, in the order in which it was told; it
checks each response against the rules of RFC 3501 section 7.4.1 and RFC 7162 as it takes it.
"""
import re

from imap_wire import fetch_data, numbers

RECENT = r"\Recent"
# Told at any time, and no matter to the model.
ASIDE = re.compile(rb"\* (?:FLAGS \(|\d+ RECENT$|OK |LIST |STATUS |SEARCH|ESEARCH|SORT|ENABLED)")


class Message:
    def __init__(self, text, flags, date=None):
        self.text = text  # None: delivered, so that the server added to it
        self.flags = frozenset(flags)
        self.date = date  # None until seen: the server's
        self.mod_seq = None  # as the observer saw it last


class Mailbox:
    def __init__(self, name):
        self.name = name
        self.validity = None
        self.messages = {}  # by UID, ascending
        self.texts = {}     # of all that ever were
        self.next_uid = 1
        self.highest = 0
        self.is_deleted = False
        # Since the observer last looked.
        self.changed = set()
        self.perhaps_changed = set()
        self.has_lost = False

    def add(self, uid, message):
        assert uid >= self.next_uid, f"UID {uid} again in {self.name}"
        self.messages[uid] = message
        self.texts[uid] = message.text
        self.next_uid = uid + 1
        self.changed.add(uid)

    def set_flags(self, uid, flags):
        message = self.messages[uid]
        (self.changed if message.flags != flags else self.perhaps_changed).add(uid)
        message.flags = frozenset(flags)

    def remove(self, uids):
        for uid in uids:
            del self.messages[uid]
            self.changed.discard(uid)
            self.has_lost = True


class Entry:
    """A message in a client's view; what it wasn't told is None."""

    def __init__(self, uid=None, flags=None):
        self.uid = uid
        self.flags = flags
        self.mod_seq = None


class View:
    def __init__(self, box, is_read_only):
        self.box = box
        self.is_read_only = is_read_only
        self.entries = []
        self.is_condstore = False
        self.is_qresync = False

    def take(self, responses, may_expunge, by_uid=False):
        """Gives the FETCH data of each entry, and the rest of what the model passes over."""
        fetched, rest = {}, []
        told_earlier = []
        for entry in self.entries:
            entry.mod_seq = None
        for response in responses:
            if re.match(rb"\* \d+ FETCH ", response):
                number, items = fetch_data(response)
                assert number <= len(self.entries), f"{response!r} of {len(self.entries)}"
                entry = self.entries[number - 1]
                self._take_fetch(entry, items, by_uid)
                fetched.setdefault(entry, {}).update(items)
            elif match := re.fullmatch(rb"\* (\d+) EXISTS", response):
                exists = int(match[1])
                assert exists >= len(self.entries), f"EXISTS {exists} of {len(self.entries)}"
                self.entries += [Entry() for _ in range(exists - len(self.entries))]
            elif match := re.fullmatch(rb"\* (\d+) EXPUNGE", response):
                assert may_expunge and not self.is_qresync, response
                assert 1 <= int(match[1]) <= len(self.entries), f"{response!r} of {len(self.entries)}"
                del self.entries[int(match[1]) - 1]
            elif match := re.fullmatch(rb"\* VANISHED( \(EARLIER\))? (\S+)", response):
                assert self.is_qresync, response
                gone = set(numbers(match[2].decode()))
                if match[1]:
                    assert not fetched, "what vanished earlier comes first"
                    told_earlier += gone
                else:
                    assert may_expunge, response
                    self._take_vanished(gone)
            else:
                assert ASIDE.match(response), response
                rest.append(response)
        return fetched, rest, told_earlier

    def _take_fetch(self, entry, items, by_uid):
        if "UID" in items:
            uid = int(items["UID"])
            assert entry.uid in (None, uid), f"UID {uid} of message {entry.uid}"
            entry.uid = uid
        assert "UID" in items or not (by_uid or self.is_qresync), items
        if "FLAGS" in items:
            entry.flags = frozenset(items["FLAGS"]) - {RECENT}
            assert "MODSEQ" in items or not self.is_condstore, items
        if "MODSEQ" in items:
            entry.mod_seq = int(items["MODSEQ"][0])

    def _take_vanished(self, gone):
        known = {entry.uid for entry in self.entries}
        self.entries = [entry for entry in self.entries if entry.uid not in gone]
        for uid in sorted(gone - known):
            # One that the client never asked for: it was between those whose UIDs it knows.
            begin = max((i + 1 for i, entry in enumerate(self.entries) if entry.uid and entry.uid < uid), default=0)
            assert begin < len(self.entries) and self.entries[begin].uid is None, f"VANISHED {uid} was never there"
            del self.entries[begin]

    def settle(self, may_expunge, is_exact=True):
        """The end of a command: the client must know all that it may be told."""
        truth = {} if self.box.is_deleted else self.box.messages
        if may_expunge:
            assert len(self.entries) == len(truth), f"{len(self.entries)} are known of {len(truth)}"
            for entry, uid in zip(self.entries, truth):
                entry.uid = entry.uid or uid
        else:
            last = max((entry.uid for entry in self.entries if entry.uid), default=0)
            new = [uid for uid in truth if uid > last]
            unknown = [entry for entry in self.entries if entry.uid is None]
            assert len(unknown) == len(new), f"{len(new)} are new in {self.box.name}, {len(unknown)} were told"
            for entry, uid in zip(unknown, new):
                entry.uid = uid
        uids = [entry.uid for entry in self.entries]
        assert uids == sorted(set(uids)), uids
        assert all(uid in uids for uid in truth), f"{uids} are known of {list(truth)}"
        if may_expunge:
            assert uids == list(truth), f"{uids} are known of {list(truth)}"
        for entry in self.entries:
            if message := truth.get(entry.uid):
                if entry.flags is not None:
                    assert entry.flags == message.flags, f"{entry.uid}: {entry.flags} known of {message.flags}"
                if entry.mod_seq is not None and message.mod_seq is not None and is_exact:
                    assert entry.mod_seq == message.mod_seq, f"{entry.uid}: {entry.mod_seq} told of {message.mod_seq}"

    def is_ghost(self, entry):
        return self.box.is_deleted or entry.uid not in self.box.messages
