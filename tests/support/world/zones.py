"""Zones of the test world: records, NSEC proofs and signatures, right or broken on purpose.

A zone signs on demand with one ECDSA P-256 key. A fault (`expired`, `future`, `wrong-key`, `missing`) belongs to an
owner and type. `Tree.resolve` answers as a recursor would, with every proof a validator needs.
"""
import bisect
import functools
import struct
import time

import dns.dnssec
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype as types
import dns.rrset
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

IN = dns.rdataclass.IN
ALGORITHM = 13
DAY = 86400
# Far outside what validators forgive: libunbound takes signatures expired by less than a tenth of their life.
WINDOWS = {'expired': (-40 * DAY, -10 * DAY), 'future': (10 * DAY, 40 * DAY)}
CNAME_LIMIT = 12


@functools.lru_cache(maxsize=None)
def _rdata(rtype, text):
    return dns.rdata.from_text(IN, rtype, text, origin=dns.name.root, relativize=False)


def rdataset(owner, ttl, rtype, texts):
    return dns.rrset.from_rdata_list(owner, ttl, [_rdata(rtype, text) for text in texts])


class SigningKey:
    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        public = numbers.x.to_bytes(32, 'big') + numbers.y.to_bytes(32, 'big')
        wire = struct.pack('!HBB', 257, 3, ALGORITHM) + public
        self.dnskey = dns.rdata.from_wire(IN, types.DNSKEY, wire, 0, len(wire))
        self.tag = dns.dnssec.key_id(self.dnskey)

    def sign(self, data):
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, 'big') + s.to_bytes(32, 'big')


STRANGER = SigningKey()  # signs what is signed with a wrong key


class Zone:
    def __init__(self, origin, key, signed=True, ttl=3600):
        self.origin, self.key, self.signed, self.ttl = dns.name.from_text(origin), key, signed, ttl
        self.secure = signed  # the chain of trust down to here is complete
        self.broken = False  # every answer is bogus: the DS speaks of another key, or there are no signatures
        self.no_proofs = False  # denials come without NSEC
        self.rrsets, self.faults, self._signatures = {}, {}, {}
        self._types = {}  # by owner
        self._chain, self._existing = None, set()
        self.add(self.origin, 'SOA', f'ns.test. hostmaster.test. 1 3600 600 86400 {min(ttl, 60)}')
        self.add(self.origin, 'NS', 'ns.test.')
        if signed:
            self.add(self.origin, 'DNSKEY', key.dnskey.to_text())

    def add(self, owner, rtype, *texts):
        owner = dns.name.from_text(owner, self.origin) if isinstance(owner, str) else owner
        number = types.from_text(rtype)
        new = rdataset(owner, self.ttl, number, texts)
        old = self.rrsets.get((owner, number))
        if old is not None:
            old.update(new)
        else:
            self.rrsets[owner, number] = new
            self._types.setdefault(owner, set()).add(number)
            self._chain = None
            while owner not in self._existing and owner.is_subdomain(self.origin):
                self._existing.add(owner)
                owner = owner.parent() if owner != dns.name.root else owner

    def delegate(self, child):
        """Adds what the parent says of @child: NS, and DS where it is signed."""
        self.add(child.origin, 'NS', 'ns.test.')
        if child.signed or child.broken:
            key = STRANGER if child.broken else child.key
            self.add(child.origin, 'DS', dns.dnssec.make_ds(child.origin, key.dnskey, 'SHA256').to_text())

    def fault(self, rrset):
        return self.faults.get((rrset.name, rrset.rdtype))

    def signature(self, rrset):
        """The RRSIG of @rrset, or None where there is none."""
        fault = self.fault(rrset)
        if not self.signed or fault == 'missing' or (self._is_cut(rrset.name) and rrset.rdtype == types.NS):
            return None
        if (rrset.name, rrset.rdtype) not in self._signatures:
            self._signatures[rrset.name, rrset.rdtype] = self._sign(rrset, fault)
        return self._signatures[rrset.name, rrset.rdtype]

    def _is_cut(self, name):
        return name != self.origin and (name, types.NS) in self.rrsets

    def _sign(self, rrset, fault):
        now = int(time.time())
        begin, end = WINDOWS.get(fault, (-DAY, 30 * DAY))
        # The root label does not count, nor does the asterisk of a wildcard (RFC 4034 3.1.3).
        labels = len(rrset.name) - 1 - rrset.name.is_wild()
        head = struct.pack('!HBBIIIH', rrset.rdtype, ALGORITHM, labels, rrset.ttl, now + end, now + begin,
                           self.key.tag) + self.origin.to_digestable()
        owner = rrset.name.to_digestable()
        data = head
        for wire in sorted(record.to_digestable() for record in rrset):
            data += owner + struct.pack('!HHIH', rrset.rdtype, IN, rrset.ttl, len(wire)) + wire
        signer = STRANGER if fault == 'wrong-key' else self.key
        wire = head + signer.sign(data)
        return dns.rrset.from_rdata(rrset.name, rrset.ttl, dns.rdata.from_wire(IN, types.RRSIG, wire, 0, len(wire)))

    def nsec(self, name):
        """The NSEC record at @name, or the one that covers it."""
        if self._chain is None:
            self._chain = sorted(self._types)
        at = bisect.bisect_right(self._chain, name) - 1
        owner, following = self._chain[at], self._chain[(at + 1) % len(self._chain)]
        listed = sorted(self._types[owner] | {types.NSEC, types.RRSIG})
        return rdataset(owner, self.ttl, types.NSEC, [f'{following} {" ".join(map(types.to_text, listed))}'])

    def exists(self, name):
        """Empty non-terminals exist too."""
        return name in self._existing

    def closest(self, name):
        while not self.exists(name):
            name = name.parent()
        return name


class Answer:
    """Records with the zone each comes from, so that a view can sign, strip or judge them."""

    def __init__(self):
        self.rcode = dns.rcode.NOERROR
        self.answer, self.authority = [], []

    def deny(self, zone, *names):
        self.authority.append((zone, zone.rrsets[zone.origin, types.SOA], None))
        if zone.signed and not zone.no_proofs:
            proofs = {proof.name: proof for proof in map(zone.nsec, names)}
            self.authority += [(zone, proof, None) for proof in proofs.values()]


class Tree:
    def __init__(self, zones):
        self.zones = {zone.origin: zone for zone in zones}

    def with_zones(self, zones):
        """The tree with @zones in the place of those of the same names."""
        return Tree([*{**self.zones, **{zone.origin: zone for zone in zones}}.values()])

    def zone_of(self, name, rtype):
        # The DS of a zone is its parent's.
        at = name.parent() if rtype == types.DS and name != dns.name.root else name
        while at not in self.zones:
            at = at.parent()
        return self.zones[at]

    def resolve(self, name, rtype):
        result = Answer()
        for _ in range(CNAME_LIMIT):
            zone = self.zone_of(name, rtype)
            target = self._step(result, zone, name, rtype)
            if target is None:
                return result
            name = target
        return result

    def _step(self, result, zone, name, rtype):
        """Adds what @zone says of @name; returns the target where that is an alias."""
        source = name
        if not zone.exists(name):
            closest = zone.closest(name)
            source = dns.name.Name((b'*',) + closest.labels)
            if not zone.exists(source):
                result.rcode = dns.rcode.NXDOMAIN
                result.deny(zone, name, source)
                return None
        for wanted in (rtype, types.CNAME):
            rrset = zone.rrsets.get((source, wanted))
            if rrset is None:
                continue
            result.answer.append((zone, rrset, name))
            if source != name and zone.signed:
                result.authority.append((zone, zone.nsec(name), None))
            return rrset[0].target if wanted == types.CNAME and rtype != types.CNAME else None
        result.deny(zone, source, name)
        return None
