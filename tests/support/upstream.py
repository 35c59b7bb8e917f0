"""A submission server that does what it is told: any extensions, any certificate, and a fault at any step.

    with Upstream(authority.leaf(), extensions=["PIPELINING", "REQUIRETLS"]) as server:
        …
        server.wait_for_messages(1)[0].octets

A fault belongs to a step: "greeting", "ehlo" (before TLS), "starttls", "tls", "ehlo-tls", "auth", "mail", "rcpt" or
"rcpt:ADDRESS", "data", "body", "bdat", "end" (the answer to the end of data), "rset", "quit". It is the reply to give instead
(bytes), DROP, SILENT, HOLD (silent until `release` is set, then goes on as usual), or a list of those, one per time.
"""
import base64
import dataclasses
import socket
import ssl
import threading
import time

DROP, SILENT, HOLD = object(), object(), object()
DEADLINE = 20
EXTENSIONS = ("PIPELINING", "SIZE 60000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING")


@dataclasses.dataclass
class Message:
    mail: str
    recipients: list
    octets: bytes
    login: object
    tls: object
    chunked: bool
    connection: int


class Dropped(Exception):
    """The connection ends here, by fault or because the other side left."""


class Session:
    """One connection: reads commands, asks the server for a fault, answers."""

    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.stream = None
        self.tls = None
        self.login = None
        self.reset()

    def reset(self):
        self.mail, self.recipients, self.chunks = None, [], []

    def run(self):
        try:
            if self.server.security == "tls":
                self.start_tls()
            self.stream = self.sock.makefile("rb")
            self.answer("greeting", b"220 upstream.example ESMTP\r\n")
            while self.command(self.read_line()):
                pass
            self.close_politely()
        except (Dropped, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            self.drop()

    def drop(self):
        if self.stream:
            self.stream.close()
        self.sock.close()

    def close_politely(self):
        if self.tls and self.server.close_notify:
            self.sock.settimeout(2)
            self.sock.unwrap()

    def start_tls(self):
        self.fault("tls")
        if self.stream:
            self.stream.close()
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        self.tls = self.sock.version()
        self.stream = self.sock.makefile("rb")
        self.reset()

    def read_line(self):
        line = self.stream.readline(100000)
        if not line:
            raise Dropped
        return line

    def send(self, data):
        if self.server.pause_between_octets:
            for octet in data:
                self.sock.sendall(bytes([octet]))
                self.server.closing.wait(self.server.pause_between_octets)
        else:
            self.sock.sendall(data)

    def fault(self, step):
        """The reply to give instead of the usual one, or None."""
        fault = self.server.take_fault(step)
        if fault is DROP:
            raise Dropped
        if fault is SILENT:
            self.server.closing.wait()
            raise Dropped
        if fault is HOLD:
            self.server.held.set()
            self.server.wait_until_released()
            return None
        return fault

    def answer(self, step, usual):
        """Sends the reply of a step; True when it was a positive one."""
        reply = self.fault(step) or usual
        self.send(reply)
        return reply[:1] in b"23"

    def command(self, line):
        self.server.note(self.number, line, self.tls)
        verb, _, argument = line.decode("utf-8", "surrogateescape").strip().partition(" ")
        handler = getattr(self, f"do_{verb.lower()}", None)
        if handler is None:
            self.send(b"500 5.5.2 what?\r\n")
            return True
        return handler(argument) is not False

    def do_ehlo(self, _argument):
        offered = list(self.server.extensions if self.tls else self.server.plain_extensions)
        if self.server.credentials is not None and (self.tls or self.server.security == "none"):
            offered.append("AUTH " + " ".join(self.server.mechanisms))
        if self.server.security == "starttls" and not self.tls and self.server.offer_starttls:
            offered.append("STARTTLS")
        lines = ["upstream.example"] + offered
        reply = "".join(f"250{' ' if i == len(lines) - 1 else '-'}{line}\r\n" for i, line in enumerate(lines))
        self.answer("ehlo-tls" if self.tls else "ehlo", reply.encode())

    def do_starttls(self, _argument):
        if self.answer("starttls", b"220 2.0.0 go ahead\r\n"):
            self.start_tls()

    def do_auth(self, argument):
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() == "PLAIN":
            login = tuple(base64.b64decode(initial or self.challenge(b"")).decode().split("\0")[1:])
        else:
            login = (base64.b64decode(self.challenge(b"Username:")).decode(),
                     base64.b64decode(self.challenge(b"Password:")).decode())
        self.server.note_login(login)
        good = self.server.credentials is not None and self.server.credentials.get(login[0]) == login[1]
        usual = b"235 2.7.0 welcome\r\n" if good else b"535 5.7.8 wrong name or password\r\n"
        if self.answer("auth", usual) and good:
            self.login = login[0]

    def challenge(self, text):
        self.send(b"334 " + base64.b64encode(text) + b"\r\n")
        return self.read_line().strip()

    def do_mail(self, argument):
        if self.server.credentials is not None and self.login is None:
            self.send(b"530 5.7.0 log in first\r\n")
        elif self.answer("mail", b"250 2.1.0 sender ok\r\n"):
            self.reset()
            self.mail = argument

    def do_rcpt(self, argument):
        address = argument.partition("<")[2].partition(">")[0]
        if self.mail is None:
            self.send(b"503 5.5.1 MAIL first\r\n")
            return
        step = f"rcpt:{address}" if f"rcpt:{address}" in self.server.faults else "rcpt"
        if self.answer(step, b"250 2.1.5 recipient ok\r\n"):
            self.recipients.append(argument)

    def do_data(self, _argument):
        if not self.recipients:
            self.send(b"503 5.5.1 RCPT first\r\n")
        elif self.answer("data", b"354 go ahead\r\n"):
            self.finish(self.read_body(), chunked=False)

    def read_body(self):
        lines = []
        while True:
            line = self.read_line()
            if line == b".\r\n":
                return b"".join(lines)
            if "body" in self.server.faults:
                self.fault("body")
            lines.append(line[1:] if line.startswith(b".") else line)

    def do_bdat(self, argument):
        size, _, last = argument.partition(" ")
        left = int(size)
        while left:
            chunk = self.stream.read(min(left, 65536))
            if not chunk:
                raise Dropped
            if "body" in self.server.faults:
                self.fault("body")
            left -= len(chunk)
            self.chunks.append(chunk)
        if not self.recipients:
            self.chunks = []
            self.send(b"503 5.5.1 RCPT first\r\n")
        elif last.upper() == "LAST":
            self.finish(b"".join(self.chunks), chunked=True)
        else:
            self.answer("bdat", b"250 2.0.0 chunk taken\r\n")

    def finish(self, octets, chunked):
        message = Message(self.mail, self.recipients, octets, self.login, self.tls, chunked, self.number)
        self.server.note_end(message)
        reply = self.fault("end") or b"250 2.0.0 queued as Q%d\r\n" % self.number
        if reply[:1] == b"2":
            self.server.note_message(message)
        self.reset()
        self.send(reply)

    def do_rset(self, _argument):
        self.reset()
        self.answer("rset", b"250 2.0.0 forgotten\r\n")

    def do_noop(self, _argument):
        self.send(b"250 2.0.0 here\r\n")

    def do_quit(self, _argument):
        self.answer("quit", b"221 2.0.0 bye\r\n")
        return False


class Upstream:
    """A server on a free loopback port, a thread per connection. What happened: messages, ended, commands, logins."""

    def __init__(self, certificate=None, security="tls", extensions=EXTENSIONS, plain_extensions=(), credentials=None,
                 faults=None, host="127.0.0.1", mechanisms=("PLAIN", "LOGIN"), offer_starttls=True, close_notify=True,
                 pause_between_octets=0, maximum_tls=None, client_certificate=False):
        self.security, self.extensions, self.plain_extensions = security, extensions, plain_extensions
        self.credentials, self.mechanisms = credentials, mechanisms
        self.offer_starttls, self.close_notify = offer_starttls, close_notify
        self.pause_between_octets = pause_between_octets
        self.faults = dict(faults or {})
        self.messages = []  # acknowledged with 250
        self.ended = []     # whole messages that came, acknowledged or not
        self.commands = []  # (connection, line, TLS version or None)
        self.logins = []
        self.connections = 0
        self._sessions = []
        self.closing, self.release, self.held = threading.Event(), threading.Event(), threading.Event()
        self._changed = threading.Condition()
        self.context = None
        if certificate:
            self.use_certificate(certificate, maximum_tls, client_certificate)
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET,
                                              backlog=128)
        self.host, self.port = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def use_certificate(self, certificate, maximum_tls=None, client_certificate=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if maximum_tls:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = maximum_tls
        else:
            # A weak key is a fault like others here: it must be the other side that minds.
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(certificate)
        if client_certificate:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(certificate)
        self.context = context

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closing.set()
        self.release.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def _accept(self):
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self.connections += 1
                session = Session(self, sock, self.connections)
                self._sessions.append(session)
                self._changed.notify_all()
            threading.Thread(target=session.run, daemon=True).start()

    def hang_up(self, farewell=b""):
        """Closes every connection that is open, with these last words."""
        with self._changed:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            try:
                session.sock.sendall(farewell)
                session.sock.shutdown(socket.SHUT_RDWR)
            except (OSError, ValueError):
                pass  # it was closed already

    def take_fault(self, step):
        with self._changed:
            fault = self.faults.get(step)
            if isinstance(fault, list):
                return fault.pop(0) if fault else None
            return fault

    def wait_until_released(self):
        self.release.wait()
        if self.closing.is_set():
            raise Dropped

    def note(self, connection, line, tls):
        with self._changed:
            self.commands.append((connection, line, tls))
            self._changed.notify_all()

    def note_login(self, login):
        with self._changed:
            self.logins.append(login)

    def note_end(self, message):
        with self._changed:
            self.ended.append(message)
            self._changed.notify_all()

    def note_message(self, message):
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def verbs(self):
        with self._changed:
            return [line.split()[0].upper().decode("latin-1") for _, line, _ in self.commands if line.split()]

    def lines(self, verb):
        with self._changed:
            return [line.decode("utf-8", "replace").strip() for _, line, _ in self.commands
                    if line.upper().startswith(verb.encode())]

    def wait_for(self, condition, deadline=DEADLINE):
        """Waits until condition(self) holds."""
        end = time.monotonic() + deadline
        with self._changed:
            while not condition(self):
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"not in {deadline} s: {len(self.messages)} messages, {self.commands[-5:]}")
                self._changed.wait(left)
        return True

    def wait_for_messages(self, count, deadline=DEADLINE):
        self.wait_for(lambda server: len(server.messages) >= count, deadline)
        return self.messages
