"""An IMAP connection that reads what the server says by the grammar of RFC 3501 and nothing looser.

A response becomes a list: atoms, numbers and section labels are str, quoted strings and literals bytes, NIL is None, a
parenthesized list a list. Anything that the grammar doesn't allow raises Ungrammatical.
"""
import re
import socket

from daemon import PATIENCE

ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
FLAG = re.compile(rb'\\\*|\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
LABEL = re.compile(rb'(BODY|BINARY|BINARY\.SIZE)\[[^\]\r\n]*\](<\d+>)?')
QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
LITERAL = re.compile(rb'~?\{(\d+)\}\r\n')


class Ungrammatical(AssertionError):
    pass


class Reader:
    """Takes values off a response, which is one line with its literals."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def fail(self, wanted):
        raise Ungrammatical(f"{wanted} wanted at {self.text[self.at:self.at + 60]!r} of {self.text[:300]!r}")

    def take(self, pattern, wanted):
        match = pattern.match(self.text, self.at)
        if not match:
            self.fail(wanted)
        self.at = match.end()
        return match

    def looking_at(self, text):
        return self.text.startswith(text, self.at)

    def expect(self, text):
        if not self.looking_at(text):
            self.fail(repr(text))
        self.at += len(text)

    def value(self):
        if self.looking_at(b"("):
            return self.list()
        if self.looking_at(b'"'):
            return re.sub(rb"\\(.)", rb"\1", self.take(QUOTED, "a quoted string")[1])
        if self.looking_at(b"{") or self.looking_at(b"~{"):
            size = int(self.take(LITERAL, "a literal")[1])
            self.at += size
            if self.at > len(self.text):
                self.fail("a whole literal")
            return self.text[self.at - size:self.at]
        if LABEL.match(self.text, self.at):
            return self.take(LABEL, "a label")[0].decode()
        if self.looking_at(b"\\"):
            return self.take(FLAG, "a flag")[0].decode()
        atom = self.take(ATOM, "an atom")[0].decode()
        return None if atom == "NIL" else atom

    def list(self):
        self.expect(b"(")
        values = []
        while not self.looking_at(b")"):
            # RFC 3501 section 9: multiparts and lists of addresses have no space between their members.
            if values and not (self.looking_at(b"(") and isinstance(values[-1], list)):
                self.expect(b" ")
            values.append(self.value())
        self.expect(b")")
        return values

    def end(self):
        if self.at != len(self.text):
            self.fail("the end")


def fetch_data(response):
    """`* 3 FETCH (…)` as its number and a dictionary."""
    match = re.match(rb"\* ([1-9]\d*) FETCH ", response)
    reader = Reader(response)
    reader.at = match.end()
    values = reader.list()
    reader.end()
    assert len(values) % 2 == 0, response[:300]
    items = dict(zip(values[::2], values[1::2]))
    assert len(items) * 2 == len(values), f"an item twice: {response[:300]!r}"
    return int(match[1]), items


def numbers(text):
    """The numbers of a set without '*'."""
    found = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def to_set(some):
    """The shortest set of those numbers."""
    parts = []
    for number in sorted(some):
        if parts and parts[-1][1] + 1 == number:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{a}:{b}" if a != b else str(a) for a, b in parts)


class Wire:
    """Sends commands and gives their answers as raw responses, literals included, without the last CRLF."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.count = 0
        assert self.response().startswith(b"* OK "), "no greeting"

    def response(self):
        whole = b""
        while True:
            line = self.file.readline()
            if not line.endswith(b"\r\n"):
                raise EOFError(f"the server closed after {whole + line!r}")
            whole += line
            marker = re.search(rb"\{(\d+)\}\r\n$", line)
            if not marker:
                return whole[:-2]
            whole += self.file.read(int(marker[1]))

    def send(self, command):
        """`command` has non-synchronizing literals, if any. Gives the tag."""
        self.count += 1
        tag = b"t%d" % self.count
        self.socket.sendall(tag + b" " + (command if isinstance(command, bytes) else command.encode()) + b"\r\n")
        return tag

    def answer(self, tag, is_idling=False):
        """The untagged responses up to the tagged one, and that without its tag."""
        untagged = []
        while True:
            response = self.response()
            if response.startswith(tag + b" "):
                return untagged, response[len(tag) + 1:].decode()
            if is_idling and response.startswith(b"+ "):
                continue
            assert response.startswith(b"* "), f"{response[:200]!r} while {tag!r} is under way"
            untagged.append(response)

    def command(self, command):
        return self.answer(self.send(command))

    def ok(self, command):
        untagged, tagged = self.command(command)
        assert tagged.startswith("OK "), (command[:300], tagged)
        return untagged

    def close(self):
        self.file.close()
        self.socket.close()


def literal(text):
    return b"{%d+}\r\n" % len(text) + text
