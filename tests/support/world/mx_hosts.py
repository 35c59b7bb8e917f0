"""MX hosts of the test world: an SMTP server for each, on its own loopback address, honest or with one fault.

`Host` says how one behaves. Every command a client gives is noted, so that a test can see what a probe said.
"""
import asyncio
import socket
import ssl
from dataclasses import dataclass
from functools import partial

from certificates import PUBLIC, Cert

LINE_LIMIT = 4096
TARPIT_SECONDS = 1.0
SLOW_SECONDS = 1.2
GARBAGE = bytes(range(128, 256)) + b'\r\n'

GREETINGS = {'421': b'421 4.3.2 not now\r\n', '451': b'451 4.7.1 later\r\n', '554': b'554 5.7.1 not you\r\n',
             'multi-line': b'220-one\r\n220-two\r\n220 three\r\n', 'garbage': GARBAGE}
STARTTLS_REPLIES = {'454': b'454 4.7.0 TLS not available\r\n', '502': b'502 5.5.1 no\r\n',
                    'injection': b'220 go\r\n250-injected\r\n250 STARTTLS\r\n', 'garbage': b'220 go\r\n' + GARBAGE * 4}


@dataclass(frozen=True)
class Host:
    """One MX host.

    `name` is relative to the domain unless it ends in a dot. `listen`: ok, refused, silent (connects and says
    nothing), closed (hangs up), full (no connection comes about). `greeting`: ok, slow, tarpit or a key of GREETINGS.
    `ehlo`: ok, 502, endless, lower-case. `starttls`: ok, absent or a key of STARTTLS_REPLIES.
    `requiretls`: no, before (TLS only), after, both. `addresses`: kinds 4 and 6, or Hosts for more than one of kind 4.
    """
    name: str = 'mx'
    cert: Cert = PUBLIC
    tlsa: tuple = ()
    tlsa_at: str = ''  # base domain of the TLSA records, when not the name
    tlsa_alias: bool = False
    tlsa_of: str = ''  # domain whose host the TLSA records speak of, when the alias leads there
    alias: str = ''  # the name is a CNAME to this
    addresses: tuple = (4,)
    listen: str = 'ok'
    greeting: str = 'ok'
    ehlo: str = 'ok'
    starttls: str = 'ok'
    tls: str = ''  # '': what OpenSSL does; 1.0, 1.2: only that
    asks_certificate: bool = False
    requiretls: str = 'no'


@dataclass
class Place:
    """A host where it listens, with the file of its certificate and key."""
    host: Host
    fqdn: str
    address: str
    pem: str


def tls_context(place, neighbours):
    """The context of @place; of several places at one address the client's SNI chooses."""
    host, pem = place.host, place.pem
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def choose(connection, name, _context):
        for other in neighbours:
            if other.fqdn == name and other is not place:
                connection.context = tls_context(other, ())
    if len(neighbours) > 1:
        context.sni_callback = choose
    if host.tls == '1.0':
        context.set_ciphers('ALL:@SECLEVEL=0')
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    elif host.tls == '1.2':
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if host.asks_certificate:
        context.load_verify_locations(pem)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


class _Session:
    def __init__(self, neighbours, reader, writer, note):
        self.neighbours, self.place, self.host = neighbours, neighbours[0], neighbours[0].host
        self.reader, self.writer, self.note = reader, writer, note
        self.under_tls = False

    async def run(self):
        if self.host.listen == 'silent':
            await self.reader.read()
            return
        if not await self._greet():
            return
        while line := await self.reader.readline():
            command = line.decode('latin-1').rstrip('\r\n')
            self.note(self.place, self.under_tls, command)
            if not await self._obey(command.upper().split(' ')[0]):
                return

    async def _say(self, octets):
        self.writer.write(octets)
        await self.writer.drain()

    async def _greet(self):
        kind = self.host.greeting
        greeting = GREETINGS.get(kind, f'220 {self.place.fqdn} ESMTP\r\n'.encode())
        if kind == 'tarpit':
            while not self.reader.at_eof():
                await self._say(b'220-please wait\r\n')
                await asyncio.sleep(TARPIT_SECONDS)
            return False
        if kind == 'slow':
            await asyncio.sleep(SLOW_SECONDS)
        await self._say(greeting)
        return kind != '421'

    async def _obey(self, verb):
        if verb == 'EHLO':
            return await self._ehlo()
        if verb == 'STARTTLS' and not self.under_tls and self.host.starttls != 'absent':
            return await self._starttls()
        replies = {'HELO': b'250 hello\r\n', 'NOOP': b'250 ok\r\n', 'RSET': b'250 ok\r\n', 'QUIT': b'221 bye\r\n'}
        await self._say(replies.get(verb, b'502 5.5.1 not here\r\n'))
        return verb != 'QUIT'

    async def _ehlo(self):
        if self.host.greeting in ('451', '554'):
            await self._say(b'503 5.5.1 told you\r\n')
            return True
        if self.host.ehlo == '502':
            await self._say(b'502 5.5.1 HELO please\r\n')
            return True
        while self.host.ehlo == 'endless':
            await self._say(b'250-MORE\r\n' * 100)
        words = [self.place.fqdn, 'PIPELINING', '8BITMIME']
        if self.host.starttls != 'absent' and not self.under_tls:
            words.append('starttls' if self.host.ehlo == 'lower-case' else 'STARTTLS')
        if self.host.requiretls in ('both', 'after' if self.under_tls else 'before'):
            words.append('REQUIRETLS')
        text = ''.join(f'250-{word}\r\n' for word in words[:-1]) + f'250 {words[-1]}\r\n'
        await self._say(text.encode())
        return True

    async def _starttls(self):
        await self._say(STARTTLS_REPLIES.get(self.host.starttls, b'220 go\r\n'))
        if self.host.starttls == 'garbage':
            return False
        if self.host.starttls in ('454', '502'):
            return True
        await self.writer.start_tls(tls_context(self.place, self.neighbours))
        self.under_tls = True
        return True


async def _handle(neighbours, note, reader, writer):
    try:
        if neighbours[0].host.listen != 'closed':
            await _Session(neighbours, reader, writer, note).run()
    except (OSError, ValueError):  # the client went, failed in TLS, or sent a line without end
        pass
    finally:
        writer.close()


def bind(address, port, full=False):
    """A listening socket; @full: one whose queue is full, so that connections neither succeed nor fail."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.setblocking(False)
    sock.listen(0 if full else 100)
    return sock


def fill(address, port):
    """Takes the places in the queue of a full listener; returns what must be kept open."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    clients = [socket.socket(family, socket.SOCK_STREAM) for _ in range(3)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex((address, port))
    return clients


async def serve(places, port, note):
    """Starts every place on @port; @note(place, under_tls, command) hears what clients say.

    Returns what keeps full listeners full."""
    kept, by_address = [], {}
    for place in places:
        by_address.setdefault(place.address, []).append(place)
    for address, neighbours in by_address.items():
        listen = neighbours[0].host.listen
        if listen == 'refused':
            continue
        sock = bind(address, port, listen == 'full')
        if listen == 'full':
            kept += [sock, *fill(address, port)]
            continue
        await asyncio.start_server(partial(_handle, neighbours, note), sock=sock, limit=LINE_LIMIT)
    return kept
