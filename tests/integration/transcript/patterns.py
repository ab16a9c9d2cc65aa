"""Texts of scripts: escapes and ${names} in what is sent; wildcards and captures in what is expected.

Everything is a str of Latin-1, one character a byte, so that scripts can hold any bytes.
"""

import re

ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.S)
NAME = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")
CAPTURE = re.compile(r"\{([A-Za-z_]\w*)?:")
PLAIN_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


class Mistake(Exception):
    """The script itself is wrong."""


def unescape(text):
    def value(match):
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in PLAIN_ESCAPES:
            raise Mistake(f"unknown escape \\{match[2]}")
        return PLAIN_ESCAPES[match[2]]

    return ESCAPE.sub(value, text)


def expand(text, values):
    def value(match):
        if match[1] not in values:
            raise Mistake(f"nothing is called {match[1]}")
        return str(values[match[1]])

    return NAME.sub(value, text)


def sendable(text, values):
    return "".join(
        part if is_value else unescape(part) for is_value, part in split_values(text, values)
    )


def split_values(text, values):
    """Pieces of text: (False, as written) and (True, the value of a name)."""
    at = 0
    for match in NAME.finditer(text):
        yield False, text[at : match.start()]
        yield True, expand(match[0], values)
        at = match.end()
    yield False, text[at:]


def closing_brace(text, at):
    depth = 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise Mistake("a { without its }")


def to_regex(pattern, values):
    """'...' is any text; {name:regex} captures, {:regex} doesn't; all else is itself."""
    out = []
    at = 0
    plain = []

    def flush():
        out.append(re.escape(unescape("".join(plain))))
        plain.clear()

    while at < len(pattern):
        name = NAME.match(pattern, at)
        capture = CAPTURE.match(pattern, at)
        if name:
            flush()
            out.append(re.escape(expand(name[0], values)))
            at = name.end()
        elif capture:
            flush()
            end = closing_brace(pattern, capture.end())
            body = NAME.sub(lambda name: re.escape(expand(name[0], values)), pattern[capture.end() : end])
            out.append(f"(?P<{capture[1]}>{body})" if capture[1] else f"(?:{body})")
            at = end + 1
        elif pattern.startswith("...", at):
            flush()
            out.append(".*")
            at += 3
        elif pattern[at] == "\\":
            plain.append(pattern[at : at + 2])
            at += 2
        else:
            plain.append(pattern[at])
            at += 1
    flush()
    return re.compile("".join(out), re.S)
