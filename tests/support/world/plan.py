"""From the table to what runs: zones with their records, MX hosts at addresses, policy sites, certificate files."""
import itertools
import os
from dataclasses import dataclass, replace

import dns.name
import dns.rdatatype as types

from certificates import Authorities, tlsa
from dnsd import Script
from domains import by_phase
from mx_hosts import Host, Place
from zones import SigningKey, Tree, Zone

POLICY_ADDRESS = '127.44.0.1'
PER_BLOCK = 250


@dataclass
class Phase:
    tree: Tree
    script: Script
    sites: dict  # host name → (domain, Sts, certificate file)


class Plan:
    """Everything that exists in both phases; certificates go to files in @directory."""

    def __init__(self, directory, ipv6):
        self.directory, self.ipv6 = directory, ipv6
        self.authorities = Authorities()
        self.places = []
        self._keys, self._files, self._numbers = {}, {}, itertools.count()
        self._hosts = {}  # (row, host) → (Identity, [Place])
        first = self._phase([row for row in by_phase(1) if ipv6 or not row.ipv6], None)
        self.phases = {1: first, 2: self._phase([row.later for row in by_phase(1) if row.later], first)}

    def trust_anchor(self):
        return f'. 3600 IN DNSKEY {self._key(".").dnskey.to_text()}\n'

    def _key(self, origin):
        if origin not in self._keys:
            self._keys[origin] = SigningKey()
        return self._keys[origin]

    def _phase(self, rows, before):
        """The zones of @rows, and what else there is since the phase @before."""
        zones, script, sites = {}, Script(), {}
        for row in rows:
            if row.outlook != 'unroutable' or row.mx or row.records:
                # Names that change are kept in no cache.
                ttl = 0 if row.later or before else 3600
                self._add_row(self._zone(zones, row, ttl), row, script, sites)
        if before is None:
            return Phase(self._tree(zones), script, sites)
        kept = {site: what for site, what in before.sites.items() if what[0] not in {row.domain for row in rows}}
        return Phase(before.tree.with_zones(zones.values()), before.script, {**kept, **sites})

    def _zone(self, zones, row, ttl):
        if row.origin not in zones:
            zones[row.origin] = Zone(row.origin, self._key(row.origin), row.signed, ttl)
        zone = zones[row.origin]
        if row.broken:
            zone.broken, zone.secure = True, False
        zone.no_proofs = zone.no_proofs or row.no_proofs
        return zone

    def _tree(self, zones):
        root, test = Zone('.', self._key('.')), Zone('test.', self._key('test.'))
        test.add('ns', 'A', '127.0.0.1')
        root.delegate(test)
        for zone in zones.values():
            test.delegate(zone)
        return Tree([root, test, *zones.values()])

    def _add_row(self, zone, row, script, sites):
        fqdn = dns.name.from_text(row.domain)
        preferences = iter(range(10, 10 ** 4, 10))
        for host in row.mx:
            if isinstance(host, str):
                zone.add(fqdn, 'MX', host.replace('@', row.domain))
                continue
            self._add_host(zone, row, host)
            if not row.implicit:
                zone.add(fqdn, 'MX', f'{next(preferences)} {_host_name(host, row.domain)}.')
        for owner, rtype, text in row.records:
            zone.add(owner or zone.origin, rtype, text.replace('@', row.domain))
        if row.sts:
            self._add_policy(zone, row, sites)
        for owner, rtype, fault in row.faults:
            zone.faults[dns.name.from_text(owner, zone.origin), types.from_text(rtype)] = fault
        for kind, owner, rtype, value in row.events:
            key = (dns.name.from_text(owner, zone.origin), types.from_text(rtype))
            events = getattr(script, kind)
            events.update({key: value}) if isinstance(events, dict) else events.add(key)

    def _add_host(self, zone, row, host):
        name = _host_name(host, row.domain)
        at = name
        if host.alias:
            at = host.alias if host.alias.endswith('.') else f'{host.alias}.{row.domain}'
            zone.add(f'{name}.', 'CNAME', at.rstrip('.') + '.')
        if host.tlsa_of:
            identity = next(known for (other, _), (known, _) in self._hosts.items() if other.name == host.tlsa_of)
        else:
            identity = self._start_host(zone, row, host, name, at)
        if host.tlsa:
            base = f'{host.tlsa_at}.{row.domain}' if host.tlsa_at else name
            owner = f'_25._tcp.{base}.'
            if host.tlsa_alias:
                zone.add(owner, 'CNAME', f'_dane.{row.domain}.')
                owner = f'_dane.{row.domain}.'
            zone.add(owner, 'TLSA', *(tlsa(identity, text) for text in host.tlsa))

    def _start_host(self, zone, row, host, name, at):
        """Gives @host its addresses; a row that is the same in both phases keeps its hosts."""
        if (row, host) not in self._hosts:
            identity = self.authorities.issue(host.cert, name, row.domain)
            places = [self._place(kind, host, name, row.domain, identity) for kind in host.addresses]
            self._hosts[row, host] = identity, places
        identity, places = self._hosts[row, host]
        for place in places:
            zone.add(f'{at}.', 'AAAA' if ':' in place.address else 'A', place.address)
        return identity

    def _place(self, kind, host, name, domain, identity):
        if isinstance(kind, Host):
            host, identity = replace(kind, name=host.name), self.authorities.issue(kind.cert, name, domain)
        number = next(self._numbers)
        address = '::1' if kind == 6 else f'127.25.{number // PER_BLOCK}.{number % PER_BLOCK + 1}'
        place = Place(host, name, address, self._file(f'mx-{number}', identity))
        self.places.append(place)
        return place

    def _file(self, name, identity):
        path = os.path.join(self.directory, name + '.pem')
        with open(path, 'wb') as file:
            file.write(identity.pem)
        return path

    def _add_policy(self, zone, row, sites):
        sts, site = row.sts, f'mta-sts.{row.domain}'
        owner = f'_mta-sts.{row.domain}.'
        if sts.txt_alias:
            zone.add(owner, 'CNAME', f'_txt.{row.domain}.')
            owner = f'_txt.{row.domain}.'
        if sts.records():
            zone.add(owner, 'TXT', *sts.records())
        if sts.site == 'gone':
            return
        if sts.site_alias:
            zone.add(f'{site}.', 'CNAME', f'web.{row.domain}.')
        zone.add(f'web.{row.domain}.' if sts.site_alias else f'{site}.', 'A', POLICY_ADDRESS)
        key = (site, sts.cert)
        if key not in self._files:
            identity = self.authorities.issue(sts.cert, site, row.domain)
            self._files[key] = self._file(f'site-{len(self._files)}', identity)
        sites[site] = (row.domain, sts, self._files[key])


def _host_name(host, domain):
    return f'{host.name}.{domain}' if host.name else domain
