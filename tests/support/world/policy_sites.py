"""MTA-STS policy sites of the test world: one HTTPS port, the site chosen by SNI, each with its certificate and fault.

`Sts` says what a domain publishes: the TXT record, the policy, how the site behaves.
"""
import asyncio
import ssl
from dataclasses import dataclass

from certificates import PUBLIC, Cert

PATH = '/.well-known/mta-sts.txt'
LIMIT = 65536  # octets of a policy (RFC 8461 3.3)
DRIP_SECONDS = 0.5


@dataclass(frozen=True)
class Sts:
    """In `mx`, `body` and `txt` an @ stands for the domain. `body`, when given, replaces mode, mx and max_age.

    `site`: ok, redirect, drip, silent, closed; `gone` has no address."""
    mode: str = 'enforce'
    mx: tuple = ('mx.@',)
    max_age: str = '86400'
    id: str = '20260101'
    txt: tuple = None  # rdata of the TXT records; None: the usual one
    txt_alias: bool = False
    site: str = 'ok'
    site_alias: bool = False
    status: int = 200
    content_type: str = 'text/plain'
    body: bytes = None
    pad_to: int = 0
    line_end: str = '\r\n'
    cert: Cert = PUBLIC

    def records(self):
        return self.txt if self.txt is not None else (f'"v=STSv1; id={self.id};"',)

    def content(self, domain):
        if self.body is not None:
            return self.body.replace(b'@', domain.encode())
        lines = ['version: STSv1', f'mode: {self.mode}'] + [f'mx: {mx}' for mx in self.mx]
        text = ''.join(line + self.line_end for line in lines + [f'max_age: {self.max_age}'])
        text = text.replace('@', domain)
        if self.pad_to:
            text += 'x-pad: ' + 'x' * (self.pad_to - len(text) - len('x-pad: ') - len(self.line_end)) + self.line_end
        return text.encode()


class PolicySites:
    """`sites` maps host names to (domain, Sts, file of certificate and key)."""

    def __init__(self, sites):
        self.sites, self._contexts = sites, {}

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        return context

    def _choose(self, connection, name, _context):
        if name not in self.sites:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        pem = self.sites[name][2]
        if pem not in self._contexts:
            self._contexts[pem] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._contexts[pem].load_cert_chain(pem)
        connection.context = self._contexts[pem]
        return None

    async def handle(self, reader, writer):
        try:
            head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1')
            await self._reply(head, reader, writer)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _reply(self, head, reader, writer):
        request, *fields = head.split('\r\n')
        host = next((line[5:].strip().split(':')[0] for line in fields if line.lower().startswith('host:')), '')
        domain, sts, _ = self.sites.get(host, (host, Sts(status=404), None))
        if sts.site == 'silent':
            await reader.read()
        if sts.site in ('silent', 'closed'):
            return
        if request.split(' ')[1] not in (PATH, '/moved'):
            sts = Sts(status=404)
        body = sts.content(domain)
        lines = [f'HTTP/1.1 {sts.status} Whatever', f'Content-Type: {sts.content_type}',
                 f'Content-Length: {len(body)}', 'Connection: close']
        if sts.site == 'redirect' and request.split(' ')[1] == PATH:
            lines[0], lines[-1:] = 'HTTP/1.1 302 Found', [f'Location: https://{host}/moved', 'Connection: close']
        writer.write('\r\n'.join(lines + ['', '']).encode())
        if sts.site == 'drip':
            for octet in body:
                writer.write(bytes([octet]))
                await writer.drain()
                await asyncio.sleep(DRIP_SECONDS)
        else:
            writer.write(body)
            await writer.drain()


async def serve(sites, sock):
    await asyncio.start_server(sites.handle, sock=sock, ssl=sites.context())
