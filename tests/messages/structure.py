"""ENVELOPE and BODYSTRUCTURE by the grammar of RFC 3501 section 9; what it doesn't allow is an AssertionError."""


def is_nstring(value):
    return value is None or isinstance(value, bytes)


def check_envelope(value):
    assert isinstance(value, list) and len(value) == 10, value
    date, subject, *addresses, in_reply_to, message_id = value
    assert all(map(is_nstring, (date, subject, in_reply_to, message_id))), value
    for some in addresses:
        assert some is None or (isinstance(some, list) and some), some
        for address in some or []:
            assert isinstance(address, list) and len(address) == 4 and all(map(is_nstring, address)), address


def check_parameters(value):
    if value is not None:
        assert isinstance(value, list) and value and len(value) % 2 == 0, value
        assert all(isinstance(each, bytes) for each in value), value


def check_extension(values):
    """disposition, language, location, in this order, any number of them."""
    assert len(values) <= 3, values
    if values and values[0] is not None:
        assert isinstance(values[0], list) and len(values[0]) == 2 and isinstance(values[0][0], bytes), values[0]
        check_parameters(values[0][1])
    if len(values) > 1 and isinstance(values[1], list):
        assert values[1] and all(isinstance(each, bytes) for each in values[1]), values[1]
    elif len(values) > 1:
        assert is_nstring(values[1]), values[1]
    assert len(values) < 3 or is_nstring(values[2]), values[2]


class Part:
    def __init__(self, value, path):
        self.children, self.within, self.lines, self.octets = [], None, None, None
        self.path = path
        assert isinstance(value, list) and value, value
        if isinstance(value[0], list):
            self.read_multipart(value)
        else:
            self.read_leaf(value)

    def read_multipart(self, value):
        count = next(i for i, each in enumerate(value) if not isinstance(each, list))
        self.children = [Part(each, [*self.path, n]) for n, each in enumerate(value[:count], 1)]
        self.type, self.extension = b"multipart/" + value[count], value[count + 1:]
        if self.extension:
            check_parameters(self.extension[0])
            check_extension(self.extension[1:])

    def read_leaf(self, value):
        kind, subtype, parameters, cid, description, self.encoding, octets = value[:7]
        assert all(isinstance(each, bytes) for each in (kind, subtype, self.encoding)), value
        assert is_nstring(cid) and is_nstring(description) and octets.isdigit(), value
        check_parameters(parameters)
        self.type, self.octets, rest = (kind + b"/" + subtype).lower(), int(octets), value[7:]
        if self.type in (b"message/rfc822", b"message/global"):
            check_envelope(rest[0])
            self.within = Part(rest[1], self.path if isinstance(rest[1][0], list) else [*self.path, 1])
            self.lines, rest = int(rest[2]), rest[3:]
        elif kind.lower() == b"text":
            self.lines, rest = int(rest[0]), rest[1:]
        self.extension = rest
        if rest:
            assert is_nstring(rest[0]), rest
            check_extension(rest[1:])

    def all(self):
        yield self
        for child in [*self.children, *([self.within] if self.within else [])]:
            yield from child.all()

    def __str__(self):
        kind = self.type.decode().lower().removeprefix("multipart/")
        inner = " ".join(map(str, [*self.children, *([self.within] if self.within else [])]))
        return f"{kind}({inner})" if inner else kind


def read(value):
    """Of a whole message."""
    return Part(value, [] if isinstance(value[0], list) else [1])


def without_extension(value):
    """What BODY says where BODYSTRUCTURE says `value`."""
    if isinstance(value[0], list):
        count = next(i for i, each in enumerate(value) if not isinstance(each, list))
        return [*map(without_extension, value[:count]), value[count]]
    if (value[0] + b"/" + value[1]).lower() in (b"message/rfc822", b"message/global"):
        return [*value[:8], without_extension(value[8]), value[9]]
    return value[:8 if value[0].lower() == b"text" else 7]
