"""A mail program reduced to a socket: sends exactly the octets it is given and reads replies."""
import base64
import re
import socket
import ssl
import time

DEADLINE = 60


class Reply:
    def __init__(self, wire):
        self.wire = wire
        lines = wire.decode("ascii").split("\r\n")[:-1]
        self.code = int(lines[-1][:3])
        self.lines = [line[4:] for line in lines]
        match = re.match(r"([245]\.\d+\.\d+) ", self.lines[0] + " ")
        self.enhanced = match[1] if match else None

    @property
    def text(self):
        """The words alone, as Thunderbird shows them."""
        return " ".join(re.sub(r"^[245]\.\d+\.\d+ ?", "", line) for line in self.lines)

    def __repr__(self):
        return self.wire.decode("ascii", "replace").strip()


class Client:
    def __init__(self, port, host="127.0.0.1", context=None, greet=True, source=None):
        self.socket = socket.create_connection((host, port), DEADLINE, source)
        self.socket.settimeout(DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self._buffer = b""
        if greet:
            self.greeting = self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def send_in_pieces(self, data, size=1):
        for start in range(0, len(data), size):
            self.socket.sendall(data[start:start + size])

    def _line(self):
        while b"\r\n" not in self._buffer:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(f"closed after {self._buffer!r}")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line + b"\r\n"

    def reply(self):
        wire = self._line()
        while wire.split(b"\r\n")[-2][3:4] == b"-":
            wire += self._line()
        return Reply(wire)

    def command(self, line):
        self.send(line.encode() + b"\r\n" if isinstance(line, str) else line + b"\r\n")
        return self.reply()

    def ehlo(self, name="[127.0.0.1]"):
        """The keywords the server offers, with what follows them."""
        reply = self.command(f"EHLO {name}")
        if reply.code != 250:
            raise AssertionError(f"EHLO: {reply}")
        return {line.split()[0].upper(): line.split()[1:] for line in reply.lines[1:]}

    def starttls(self, context):
        reply = self.command("STARTTLS")
        if reply.code != 220:
            raise AssertionError(f"STARTTLS: {reply}")
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def login(self, user, password):
        token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return self.command(f"AUTH PLAIN {token}")

    def envelope(self, sender="me@example.org", recipients=("you@example.net",), parameters=""):
        """The first reply that is not positive, or the last."""
        reply = self.command(f"MAIL FROM:<{sender}>{' ' + parameters if parameters else ''}")
        for recipient in recipients:
            if reply.code != 250:
                return reply
            reply = self.command(f"RCPT TO:<{recipient}>")
        return reply

    def message(self, octets, **envelope):
        """Sends a whole message; the reply that ended it."""
        reply = self.envelope(**envelope)
        if reply.code != 250:
            return reply
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.send(stuffed(octets) + b".\r\n")
        return self.reply()

    def rest(self, deadline=DEADLINE):
        """Everything until the server closes; TimeoutError when it does not."""
        end = time.monotonic() + deadline
        data, self._buffer = self._buffer, b""
        while True:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                piece = self.socket.recv(65536)
            except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
                return data
            if not piece:
                return data
            data += piece


def stuffed(octets):
    """Dots doubled at line starts (RFC 5321 4.5.2), the last line ended."""
    data = re.sub(rb"(^|\r\n)\.", rb"\1..", octets)
    return data if data.endswith(b"\r\n") or not data else data + b"\r\n"


def trusting(root):
    """A TLS context that trusts the certificate in this file; None trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if root is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(root)
    return context
