"""Messages that are hard to read, each with its name and, where there is but one right reading, its structure.

A structure is written as types and, in parentheses, what is within: `mixed(text/plain message/rfc822(text/plain))`.
"""
import base64


def lines(*texts, end="\r\n"):
    return ("\r\n".join(texts) + end).encode()


HEADER = ("From: Bob <bob@example.test>", "To: alice@example.test", "Subject: hard", "MIME-Version: 1.0")


def multipart(subtype, boundary, *parts, preamble=(), epilogue=(), end="\r\n"):
    """`parts`: (header lines, body lines)."""
    out = [f'Content-Type: multipart/{subtype}; boundary="{boundary}"', "", *preamble]
    for header, body in parts:
        out += [f"--{boundary}", *header, "", *body]
    return lines(*HEADER, *out, f"--{boundary}--", *epilogue, end=end)


def nested(depth, is_message=False):
    head, tail = [], []
    for n in range(depth):
        if is_message:
            head += ["Content-Type: message/rfc822", "", f"Subject: {n}"]
        else:
            head += [f"Content-Type: multipart/mixed; boundary=b{n}", "", f"--b{n}"]
            tail.append(f"--b{n}--")
    return lines(*HEADER, *head, "Content-Type: text/plain", "", "the core", *reversed(tail))


def many_parts(count):
    part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = "Subject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return (head + part * count + "--b--\r\n").encode()


def many_recipients(count):
    to = ",\r\n ".join(f"User {n} <user{n}@example.test>" for n in range(count))
    return f"From: bob@example.test\r\nTo: {to}\r\nSubject: everybody\r\n\r\nHello.\r\n".encode()


PLAIN = ["Content-Type: text/plain"]
INNER = ["From: inner@example.test", "Subject: within"]
BINARY = bytes(range(256)) * 3

MESSAGES = {
    # --- headers
    "one line": b"Subject: x\r\n\r\n",
    "no header": b"\r\nOnly a body.\r\n",
    "no body": b"Subject: header only\r\nFrom: a@example.test\r\n",
    "no body but the blank line": b"Subject: header only\r\n\r\n",
    "a body where the header should be": b"This is not a header at all.\r\nNor is this.\r\n",
    "only a line end": b"\r\n",
    "a single character": b"x",
    "no final line end": b"Subject: cut\r\n\r\nThe last line",
    "a header cut in the middle": b"Subject: cut in the hea",
    "lone LFs": b"Subject: unix\nFrom: a@example.test\n\nline one\nline two\n",
    "lone CRs": b"Subject: mac\r\n\r\none\rtwo\rthree\r\n\r",
    "line ends mixed": b"Subject: mixed\nFrom: a@example.test\r\n\r\none\ntwo\r\nthree\rfour\n\r\n",
    "CR CR LF": b"Subject: two\r\r\nFrom: a@example.test\r\n\r\nbody\r\r\n",
    "8-bit headers": "Subject: Grüße an alle\r\nFrom: Jörg <joerg@example.test>\r\n\r\nBody.\r\n".encode(),
    "Latin-1 headers": "Subject: Grüße an alle\r\nFrom: Jörg <joerg@example.test>\r\n\r\nBody.\r\n".encode("latin-1"),
    "quotes and backslashes": lines(r'From: "a \"quoted\" \\ name" <"odd \" local"@example.test>',
                                    r'Message-ID: <"x\"y\\z"@example.test>', r'Subject: a "b" \c', "", "Body."),
    "addresses of every form": lines("From: undisclosed: ;", "Sender: a@b, <c@d>, (comment) e@f (g)",
                                     "To: group: a@b, \"x, y\" <c@d>;, <@r1,@r2:route@e>", "Cc: ,,,", "Bcc: <>",
                                     "Reply-To: broken <", "", "Body."),
    "fields twice": lines("Subject: one", "Subject: two", "From: a@b.test", "From: c@d.test", "Date: yesterday", "",
                          "Body."),
    "folded a lot": lines("Subject: a", " b", "\tc", "  ", " d", "To: a@b.test,", " c@d.test", "", "Body."),
    "colons and blanks in names": lines("Subject : spaced", ": nameless", "X Y: two words", "Subject:", "", "Body."),
    "a long line": b"Subject: long\r\n\r\n" + b"x" * 1_000_000 + b"\r\nend\r\n",
    "a long header line": b"Subject: " + b"y" * 300_000 + b"\r\nFrom: a@example.test\r\n\r\nBody.\r\n",
    "many fields": b"".join(b"X-%d: v\r\n" % n for n in range(20_000)) + b"\r\nBody.\r\n",
    "many recipients": many_recipients(10_000),
    "encoded words without end": b"Subject: " + b"=?utf-8?q?=C3=BC?= " * 20_000 + b"\r\n\r\nBody.\r\n",
    "encoded words gone wrong": lines("Subject: =?utf-8?b?w7w?= =?nope?q?x?= =?utf-8?x?y?= =?utf-8?q?=C3?= =?utf-8?q?",
                                      "From: =?utf-8?q?a=22=5C=0D=0AX:_y?= <a@b.test>", "", "Body."),
    "many replies": b"Subject: " + b"Re: " * 50_000 + b"x\r\n\r\nBody.\r\n",
    # --- structure
    "no MIME-Version": (lines("Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "text", "--b--"),
                        "mixed(text/plain)"),
    "alternatives": (multipart("alternative", "b", (PLAIN, ["Hello."]), (["Content-Type: text/html"], ["<p>Hello."])),
                     "alternative(text/plain text/html)"),
    "preamble and epilogue": (multipart("mixed", "b", (PLAIN, ["x"]), preamble=["before", ""], epilogue=["behind", ""]),
                              "mixed(text/plain)"),
    "epilogue without an end": multipart("mixed", "b", (PLAIN, ["x"]), epilogue=["behind"], end=""),
    "empty parts": multipart("mixed", "b", ([], []), (PLAIN, []), (PLAIN, [""])),
    "parts without a blank line": lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "--b", "--b",
                                        "Content-Type: text/plain", "--b--"),
    "no boundary parameter": lines(*HEADER, "Content-Type: multipart/mixed", "", "--b", "", "text", "--b--"),
    "an empty boundary": lines(*HEADER, 'Content-Type: multipart/mixed; boundary=""', "", "--", "", "text", "----"),
    "a boundary that never comes": lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "no part here"),
    "a multipart never closed": lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b",
                                      "", "two", end=""),
    "boundaries that begin alike": (
        lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "--b",
              "Content-Type: multipart/alternative; boundary=bb", "", "--bb", "", "one", "--bb", "", "two", "--bb--",
              "--b", "", "--bc is text", "--b--"),
        "mixed(alternative(text/plain text/plain) text/plain)"),
    "the same boundary within": lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "--b",
                                      "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "x", "--b--", "--b--"),
    "boundary with blanks behind": (lines(*HEADER, "Content-Type: multipart/mixed; boundary=b", "", "--b \t ", "", "x",
                                          "--b-- "), "mixed(text/plain)"),
    "a long boundary": multipart("mixed", "x" * 200, (PLAIN, ["x"])),
    "an inner part cut by the outer": lines(*HEADER, "Content-Type: multipart/mixed; boundary=a", "", "--a",
                                            "Content-Type: multipart/mixed; boundary=i", "", "--i", "", "one", "--a", "",
                                            "two", "--a--"),
    "a message within": (multipart("mixed", "b", (PLAIN, ["see"]), (["Content-Type: message/rfc822"],
                                                                    [*INNER, "", "inner text"])),
                         "mixed(text/plain message/rfc822(text/plain))"),
    "a multipart in a message": (
        multipart("mixed", "b", (["Content-Type: message/rfc822"],
                                 [*INNER, "Content-Type: multipart/mixed; boundary=i", "", "--i", "", "one", "--i",
                                  "Content-Type: text/html", "", "two", "--i--"])),
        "mixed(message/rfc822(mixed(text/plain text/html)))"),
    "an encoded message within": multipart("mixed", "b", (["Content-Type: message/rfc822",
                                                           "Content-Transfer-Encoding: base64"],
                                                          [base64.b64encode(b"Subject: in\r\n\r\nx\r\n").decode()])),
    "a message within that is empty": multipart("mixed", "b", (["Content-Type: message/rfc822"], [])),
    "a message within without a body": multipart("mixed", "b", (["Content-Type: message/rfc822"], INNER)),
    "a digest": (multipart("digest", "b", ([], [*INNER, "", "one"]), ([], [*INNER, "", "two"])),
                 "digest(message/rfc822(text/plain) message/rfc822(text/plain))"),
    "20 multiparts deep": nested(20),
    "200 multiparts deep": nested(200),
    "20 messages deep": nested(20, is_message=True),
    "200 messages deep": nested(200, is_message=True),
    "900 parts": many_parts(900),
    "10,000 parts": many_parts(10_000),
    # --- content fields
    "types gone wrong": multipart("mixed", "b", (["Content-Type: text"], ["x"]), (["Content-Type: ;;;"], ["x"]),
                                  (["Content-Type: a/b/c; d"], ["x"]), (["Content-Type: text/plain; charset"], ["x"]),
                                  (["Content-Type: TEXT/Plain; CharSet=\"UTF-8"], ["x"])),
    "charset junk": multipart("mixed", "b", (["Content-Type: text/plain; charset=no-such-thing"], ["x"]),
                              (["Content-Type: text/plain; charset=\"\\\"\\\\\""], ["x"]),
                              (["Content-Type: text/plain; charset=utf-16"], ["a\0b".replace("\0", "")])),
    "continued parameters": multipart(
        "mixed", "b", (["Content-Type: text/plain; name*0*=UTF-8'de'Gr%C3%BC; name*1*=%C3%9Fe; name*2=\" .txt\"",
                        "Content-Disposition: attachment; filename*=iso-8859-1''Gr%FC%DFe; size=x; filename*9=lost"],
                       ["x"])),
    "many parameters": multipart("mixed", "b", (["Content-Type: text/plain" +
                                                 "".join(f";\r\n p{n}=v{n}" for n in range(2_000))], ["x"])),
    "dispositions and languages": multipart(
        "mixed", "b", (["Content-Disposition: inline", "Content-Language: de, en", "Content-Location: a b",
                        "Content-MD5: Q2hlY2s=", "Content-ID: <x@y>", "Content-Description: a \"b\""], ["x"]),
        (["Content-Disposition: ;", "Content-Language: ,", "Content-ID:"], ["x"]),
        (["Content-Disposition: attachment; filename=\"a\\\"b\\\\c\""], ["x"])),
    "encodings": multipart(
        "mixed", "b",
        (["Content-Type: image/png", "Content-Transfer-Encoding: base64"],
         base64.encodebytes(BINARY).decode().split()),
        (["Content-Transfer-Encoding: quoted-printable"], ["Gr=C3=BC=C3=9Fe soft=", " break =3D"]),
        (["Content-Transfer-Encoding: 8bit"], ["Grüße"])),
    "encodings gone wrong": multipart(
        "mixed", "b", (["Content-Transfer-Encoding: base64"], ["!!!!", "QUJD*REVG", "QQ", "===="]),
        (["Content-Transfer-Encoding: quoted-printable"], ["=", "=X", "=4", "==41", "x \t "]),
        (["Content-Transfer-Encoding: 8bit; x=y"], ["x"])),
}

# Parts whose contents are known whatever their encoding: (message, section) to bytes.
DECODED = {
    ("encodings", "1"): BINARY,
    ("encodings", "2"): "Grüße soft break =".encode(),
    ("encodings", "3"): "Grüße".encode(),
}

# With binary data as BINARY's literal8 brings it; kept encoded.
WITH_NUL = (b"Subject: nul\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: binary\r\n\r\n" + BINARY)
