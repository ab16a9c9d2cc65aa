"""One connection of a script: sends in a given manner, reads by line or by count, and remembers what was said."""

import socket
import ssl
import zlib

PATIENCE = 60  # seconds; only failing tests wait that long

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE


class Failure(Exception):
    """The server did not do what the script expects."""


class Client:
    def __init__(self, name, protocol, port, is_tls, manner, record):
        self.name = name
        self.protocol = protocol
        self.manner = manner
        self.record = record
        self.buffer = b""
        self.held = []
        self.noops = 0
        self.deflate = self.inflate = None  # once compressed
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if is_tls:
            self.start_tls()

    # --- sending
    def send(self, text):
        data = text.encode("latin-1")
        self.record(f"{self.name}> {data!r}" if len(data) < 2000 else f"{self.name}> {len(data)} bytes")
        if self.deflate:
            # As most clients do it: not at a byte's boundary.
            data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_PARTIAL_FLUSH)
        if self.manner == "together":
            self.held.append(data)
        elif self.manner == "bytes":
            for piece in in_small_pieces(data):
                self.transmit(piece)
        else:
            self.transmit(data)

    def flush(self):
        if self.held:
            data = b"".join(self.held)
            self.held = []
            self.transmit(data)

    def transmit(self, data):
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise Failure(f"{self.name}: the server doesn't take what is sent") from None
        except OSError:
            # The server may close while we still talk; what it said before is what counts.
            self.record(f"{self.name}: the server closed while we sent")

    # --- receiving
    def fill(self):
        """False at the end."""
        self.flush()
        try:
            data = self.socket.recv(262144)
        except TimeoutError:
            raise Failure(f"{self.name}: nothing came; read so far: {self.buffer[-500:]!r}") from None
        except (ConnectionError, ssl.SSLError):
            return False
        self.buffer += self.inflate.decompress(data) if self.inflate else data
        return bool(data)

    def line(self):
        """With its CRLF taken off; a line must have one."""
        while b"\n" not in self.buffer:
            if not self.fill():
                raise Failure(f"{self.name}: closed by the server; read so far: {self.buffer[-500:]!r}")
        line, self.buffer = self.buffer.split(b"\n", 1)
        self.record(f"{self.name}< {line[:2000]!r}")
        if not line.endswith(b"\r"):
            raise Failure(f"{self.name}: a line without CRLF: {line!r}")
        return line[:-1].decode("latin-1")

    def bytes(self, count):
        while len(self.buffer) < count:
            if not self.fill():
                raise Failure(f"{self.name}: closed after {len(self.buffer)} of {count} bytes")
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        self.record(f"{self.name}< {len(data)} bytes")
        return data.decode("latin-1")

    def expect_end(self):
        while self.fill():
            pass
        if self.buffer:
            raise Failure(f"{self.name}: expected the end, got {self.buffer[:500]!r}")
        self.record(f"{self.name}: closed")
        self.socket.close()

    def abort(self):
        """Closes with a reset, as a peer that vanished."""
        self.flush()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.flush()
        self.socket.close()

    def start_tls(self):
        self.flush()
        if self.buffer:
            raise Failure(f"{self.name}: said before the handshake: {self.buffer!r}")
        try:
            self.socket = CONTEXT.wrap_socket(self.socket)
        except (OSError, ssl.SSLError) as error:
            raise Failure(f"{self.name}: the handshake failed: {error}") from None
        self.record(f"{self.name}: {self.socket.version()}")

    def start_compression(self):
        self.flush()
        self.deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self.inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        self.buffer = self.inflate.decompress(self.buffer)

    def send_raw(self, text):
        """Past the compression."""
        deflate, self.deflate = self.deflate, None
        self.send(text)
        self.deflate = deflate

    def expect_quiet(self):
        """Nothing was said: the answer to a NOOP comes next."""
        self.noops += 1
        tag = f"quiet{self.noops} " if self.protocol == "imap" else ""
        wanted = {"imap": f"{tag}OK", "pop3": "+OK", "smtp": "250", "submission": "250", "lmtp": "250"}[self.protocol]
        self.send(f"{tag}NOOP\r\n")
        line = self.line()
        if not line.startswith(wanted):
            raise Failure(f"{self.name}: expected quiet, got {line!r}")


def in_small_pieces(data):
    """Single bytes, save for the inside of what is long."""
    begin, end = 3000, max(3000, len(data) - 40)
    for at in range(0, min(begin, len(data))):
        yield data[at : at + 1]
    for at in range(begin, end, 997):
        yield data[at : min(at + 997, end)]
    for at in range(end, len(data)):
        yield data[at : at + 1]
