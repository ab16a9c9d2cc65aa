"""Reads a script into steps and plays them."""

import re
import signal

from .client import Client, Failure
from .patterns import Mistake, expand, sendable, to_regex, unescape
from .server import LISTENERS, PASSWORDS

STEP = re.compile(r"([A-Za-z]\w*)(>>>|>>|>|<\{|<\*|<=|<)(?: (.*))?$", re.S)


class Step:
    def __init__(self, number, text, block=None):
        self.number = number
        self.text = text
        self.block = block  # of a group or a message: its lines


class Script:
    def __init__(self, path):
        self.settings = {}
        self.listener_settings = {}  # of each listener, a dictionary
        self.config = []  # lines for the configuration's end
        self.steps = []
        self.manner = None  # the only one in which it makes sense
        with open(path, encoding="utf-8", newline="") as file:
            self.read(file.read().encode("utf-8").decode("latin-1").split("\n"))

    def read(self, lines):
        numbered = iter(enumerate(lines, 1))
        for number, line in numbered:
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            if text.startswith("set "):
                key, _, value = text[4:].partition("=")
                self.settings[key.strip()] = value.strip()
            elif text.startswith("listener "):
                name, key, _, value = text.split(" ", 4)[1:]
                self.listener_settings.setdefault(name, {})[key] = value
            elif text.startswith("config "):
                self.config.append(text[7:])
            elif text.startswith("only "):
                self.manner = text[5:]
            elif text.startswith("message "):
                self.steps.append(Step(number, text, read_block(numbered, "end")))
            elif text.endswith("<{"):
                self.steps.append(Step(number, text, read_block(numbered, "}")))
            else:
                self.steps.append(Step(number, text))


def read_block(numbered, end):
    block = []
    for _, line in numbered:
        if line.strip() == end:
            return block
        block.append(line.lstrip(" "))
    raise Mistake(f"a block without {end}")


def message_of(block):
    """`| text` is a line with CRLF; `|- text` is its text alone."""
    parts = []
    for line in block:
        if line.startswith("|-"):
            parts.append(unescape(line[2:].removeprefix(" ")))
        elif line.startswith("|"):
            parts.append(unescape(line[1:].removeprefix(" ")) + "\r\n")
        else:
            raise Mistake(f"a message's lines begin with |: {line!r}")
    return "".join(parts)


def line_ended(message):
    """Every line with CRLF, as POP3 counts it."""
    text = re.sub(r"(?<!\r)\n", "\r\n", message)
    return text + "\r\n" if text and not text.endswith("\n") else text


def stuffed(message):
    """As POP3 sends it."""
    return re.sub(r"(?m)^\.", "..", line_ended(message)) + ".\r\n"


class Player:
    """Plays the steps of one script in one manner."""

    def __init__(self, server, manner):
        self.server = server
        self.manner = manner
        self.clients = {}
        self.messages = {}
        self.values = {}
        self.transcript = []

    def play(self, steps):
        for step in steps:
            self.transcript.append(f"--- line {step.number}: {step.text}")
            try:
                self.perform(step)
            except (Failure, Mistake) as problem:
                raise type(problem)(f"line {step.number}: {step.text}\n{problem}") from None
        for client in self.clients.values():
            client.close()

    def perform(self, step):
        match = STEP.match(step.text)
        if match:
            self.dialogue(match[1], match[2], match[3] or "", step.block)
            return
        words = step.text.split(" ")
        command = getattr(self, f"do_{words[0]}", None)
        if command:
            command(words[1:], step)
        elif len(words) == 2 and words[0] in self.clients:
            self.act(self.clients[words[0]], words[1])
        else:
            raise Mistake("not understood")

    # --- clients
    def dialogue(self, name, kind, text, block):
        client = self.client(name)
        if kind == ">":
            client.send(sendable(text, self.values) + "\r\n")
        elif kind == ">>":
            client.send(sendable(text, self.values))
        elif kind == ">>>":
            client.send_raw(sendable(text, self.values))
        elif kind == "<":
            self.expect_line(client, text)
        elif kind == "<*":
            self.skip_to(client, text)
        elif kind == "<{":
            self.expect_group(client, block)
        else:
            self.expect_message(client, text)

    def client(self, name):
        if name not in self.clients:
            raise Mistake(f"nobody is called {name}")
        return self.clients[name]

    def act(self, client, action):
        actions = {
            "starttls": client.start_tls,
            "closed": client.expect_end,
            "close": client.close,
            "abort": client.abort,
            "quiet": client.expect_quiet,
            "compress": client.start_compression,
        }
        if action not in actions:
            raise Mistake(f"clients can't {action}")
        actions[action]()

    def matches(self, pattern, line):
        match = to_regex(pattern, self.values).fullmatch(line)
        if match:
            self.values.update(match.groupdict())
        return match is not None

    def expect_line(self, client, pattern):
        line = client.line()
        if not self.matches(pattern, line):
            raise Failure(f"expected: {pattern}\ngot:      {line}")

    def skip_to(self, client, pattern):
        for _ in range(100_000):
            if self.matches(pattern, client.line()):
                return
        raise Failure(f"never came: {pattern}")

    def expect_group(self, client, patterns):
        """These lines, in any order, and no other between them."""
        left = [pattern for pattern in patterns if pattern and not pattern.startswith("#")]
        while left:
            line = client.line()
            found = next((pattern for pattern in left if self.matches(pattern, line)), None)
            if found is None:
                raise Failure(f"expected one of: {left}\ngot: {line}")
            left.remove(found)

    def expect_message(self, client, text):
        """`NAME` or `NAME stuffed`: the bytes of a message."""
        name, _, form = text.partition(" ")
        if name not in self.messages or form not in ("", "stuffed"):
            raise Mistake("no such message or form")
        wanted = stuffed(self.messages[name]) if form else self.messages[name]
        got = client.bytes(len(wanted))
        if got != wanted:
            raise Failure(f"expected: {wanted[:2000]!r}\ngot:      {got[:2000]!r}")

    # --- statements
    def do_connect(self, words, _):
        name, listener = words
        if listener not in LISTENERS:
            raise Mistake(f"no listener is called {listener}")
        protocol, tls, _ = LISTENERS[listener]
        self.clients[name] = Client(
            name, protocol, self.server.ports[listener], tls == "implicit", self.manner, self.transcript.append
        )

    def do_message(self, words, step):
        self.add_message(words[0], message_of(step.block))

    def do_repeat(self, words, _):
        """repeat NAME COUNT TEXT: a message of header and COUNT times TEXT, for what is too long to write down."""
        name, count, text = words[0], int(words[1]), unescape(" ".join(words[2:]))
        self.add_message(name, f"Subject: {name}\r\n\r\n" + text * count)

    def do_fill(self, words, _):
        """fill NAME COUNT TEXT: a value that is so many times the text."""
        self.values[words[0]] = unescape(" ".join(words[2:])) * int(words[1])

    def add_message(self, name, message):
        self.messages[name] = message
        self.values[f"{name}.bytes"] = message
        self.values[f"{name}.size"] = len(message)
        self.values[f"{name}.pop3_size"] = len(line_ended(message))

    def do_deliver(self, words, _):
        """deliver NAME to ADDRESS: over SMTP, from a stranger."""
        name, _, address = words
        message = self.messages[name]
        client = Client("deliver", "smtp", self.server.ports["smtp"], False, "whole", self.transcript.append)
        stuffing = re.sub(r"(?m)^\.", "..", message)
        for line, wanted in (
            (None, "220"),
            ("EHLO sender.example\r\n", "250"),
            ("MAIL FROM:<sender@elsewhere.example>\r\n", "250"),
            (f"RCPT TO:<{address}>\r\n", "250"),
            ("DATA\r\n", "354"),
            (stuffing + ("" if message.endswith("\r\n") else "\r\n") + ".\r\n", "250"),
            ("QUIT\r\n", "221"),
        ):
            if line:
                client.send(line)
            reply = client.line()
            while reply[3:4] == "-":
                reply = client.line()
            if not reply.startswith(wanted):
                raise Failure(f"delivery refused: {reply}")
        client.close()

    def do_append(self, words, _):
        """append NAME to ADDRESS: over IMAP into the INBOX, byte for byte."""
        name, _, address = words
        client = Client("append", "imap", self.server.ports["imap"], False, "whole", self.transcript.append)
        client.line()
        for command in (
            f'1 LOGIN {address} "{PASSWORDS[address]}"\r\n',
            f"2 APPEND INBOX {{{len(self.messages[name])}+}}\r\n{self.messages[name]}\r\n",
            "3 LOGOUT\r\n",
        ):
            client.send(command)
            tag = command.split(" ", 1)[0]
            while not (line := client.line()).startswith(tag + " "):
                pass
            if not line.startswith(tag + " OK"):
                raise Failure(f"append refused: {line}")
        client.close()

    def do_server(self, words, _):
        """server stop | kill | start, and `term`, which only asks it to end, with `ended`, which waits for that."""
        for client in self.clients.values():
            client.flush()
        actions = {
            "stop": self.server.end,
            "kill": self.server.kill,
            "start": self.server.start,
            "term": lambda: self.server.process.terminate(),
            "ended": self.server.wait_for_end,
            "reload": lambda: self.server.process.send_signal(signal.SIGHUP),
        }
        if words[0] not in actions:
            raise Mistake(f"a server can {', '.join(actions)}")
        actions[words[0]]()

    def do_portreeve(self, words, _):
        """portreeve WORDS [< TEXT]: a subcommand, which must succeed."""
        # Scripts are read as bytes, for the sake of clients; a command line is text.
        self.server.command(sendable(" ".join(words), self.values).encode("latin-1").decode("utf-8"))

    def do_logged(self, words, _):
        """logged PATTERN: somewhere in a line of the server's log, now or soon."""
        self.server.logged(to_regex(" ".join(words), self.values))

    def do_let(self, words, _):
        """let NAME = TEXT"""
        name, _, *text = words
        self.values[name] = expand(unescape(" ".join(text)), self.values)
