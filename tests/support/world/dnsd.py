"""Resolvers of the test world: one tree of zones seen through views that are honest, broken or hostile.

Each view listens on its own port or address, UDP and TCP. `serve` never validates: the views know from the zones
which record is bogus. `Script` holds what happens to single names: delays, silence, SERVFAIL, forced truncation.
"""
import asyncio
import struct
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype as types
import dns.rrset

import zones

# What each view does to an honest answer; the first is the one a relay normally asks.
VIEWS = ('recursor', 'validating', 'stripping', 'ds-blocking', 'forging', 'refused', 'servfail', 'blackhole')
FORGED = {types.MX: ['0 forger.test.'], types.A: ['127.0.66.66'], types.TXT: ['"v=STSv1; id=forged"'],
          types.TLSA: ['3 1 1 ' + '00' * 32]}
UDP_LIMIT = 1232
DNSSEC_TYPES = (types.DS, types.DNSKEY, types.NSEC, types.RRSIG)


@dataclass
class Script:
    """Events of single names, by (name, type)."""
    delays: dict = field(default_factory=dict)
    silent: set = field(default_factory=set)
    servfail: set = field(default_factory=set)
    truncated: set = field(default_factory=set)


class View:
    def __init__(self, kind, tree, script):
        self.kind, self.cache = kind, {}
        self.use(tree, script)

    def use(self, tree, script):
        self.tree, self.script = tree, script
        self.cache.clear()

    def respond(self, wire, udp):
        """(seconds to wait, reply or None) for the query in @wire."""
        if len(wire) < 12 or self.kind == 'blackhole':
            return 0, None
        key = (wire[2:], udp)
        if key not in self.cache:
            self.cache[key] = self._make(wire, udp)
        delay, reply = self.cache[key]
        return delay, reply and wire[:2] + reply[2:]

    def _make(self, wire, udp):
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return 0, wire[:2] + struct.pack('!HHHHH', dns.flags.QR | dns.rcode.FORMERR, 0, 0, 0, 0)
        about = (question.name, question.rdtype)
        if about in self.script.silent:
            return 0, None
        reply = dns.message.make_response(query, recursion_available=True)
        if self.kind in ('refused', 'servfail') or about in self.script.servfail:
            reply.set_rcode(dns.rcode.REFUSED if self.kind == 'refused' else dns.rcode.SERVFAIL)
        else:
            self._answer(query, reply, question.name, question.rdtype)
        truncated = udp and about in self.script.truncated
        return self.script.delays.get(about, 0), self._to_wire(query, reply, udp, truncated)

    def _to_wire(self, query, reply, udp, truncated):
        limit = min(max(query.payload, 512), UDP_LIMIT) if udp else 65535
        try:
            if not truncated:
                return reply.to_wire(max_size=limit)
        except dns.exception.TooBig:
            pass
        reply.answer, reply.authority = [], []
        reply.flags |= dns.flags.TC
        return reply.to_wire(max_size=limit)

    def _answer(self, query, reply, name, rtype):
        if self.kind == 'forging' and rtype in FORGED:
            reply.answer.append(zones.rdataset(name, 60, rtype, FORGED[rtype]))
            return
        found = self.tree.resolve(name, rtype)
        reply.set_rcode(found.rcode)
        if self.kind == 'stripping' and rtype in DNSSEC_TYPES or self.kind == 'ds-blocking' and rtype == types.DS:
            found.answer, found.authority = [], []
        with_proofs = bool(query.ednsflags & dns.flags.DO) and self.kind != 'stripping'
        for source, target in ((found.answer, reply.answer), (found.authority, reply.authority)):
            for zone, rrset, alias in source:
                if rrset.rdtype != types.NSEC or with_proofs:
                    target.extend(_with_signature(zone, rrset, alias, with_proofs))
        if self.kind == 'validating':
            self._judge(query, reply, found)

    def _judge(self, query, reply, found):
        standing = {_standing(zone, rrset) for zone, rrset, _ in found.answer + found.authority}
        lacks_proof = any(zone.no_proofs for zone, rrset, _ in found.authority if rrset.rdtype == types.SOA)
        if 'bogus' in standing or lacks_proof:
            if not query.flags & dns.flags.CD:
                reply.answer, reply.authority = [], []
                reply.set_rcode(dns.rcode.SERVFAIL)
        elif standing == {'secure'}:
            reply.flags |= dns.flags.AD


def _standing(zone, rrset):
    if zone.broken or zone.secure and zone.fault(rrset):
        return 'bogus'
    return 'secure' if zone.secure else 'insecure'


def _with_signature(zone, rrset, alias, with_proofs):
    """@rrset, renamed to @alias where a wildcard made it, and its signature."""
    signature = zone.signature(rrset) if with_proofs else None
    for each in (rrset, signature):
        if each is not None and alias is not None and each.name != alias:
            yield dns.rrset.from_rdata_list(alias, each.ttl, list(each))
        elif each is not None:
            yield each


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, view):
        self.view = view

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        delay, reply = self.view.respond(data, True)
        if reply is not None and delay:
            asyncio.get_running_loop().call_later(delay, self.transport.sendto, reply, addr)
        elif reply is not None:
            self.transport.sendto(reply, addr)


async def _stream(view, reader, writer):
    try:
        while True:
            length, = struct.unpack('!H', await reader.readexactly(2))
            delay, reply = view.respond(await reader.readexactly(length), False)
            await asyncio.sleep(delay)
            if reply is not None:
                writer.write(struct.pack('!H', len(reply)) + reply)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(view, udp_socket, tcp_socket):
    """Serves @view on two bound sockets."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Datagrams(view), sock=udp_socket)
    await asyncio.start_server(lambda reader, writer: _stream(view, reader, writer), sock=tcp_socket)
