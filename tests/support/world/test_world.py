#!/usr/bin/python3
"""The test world judged by programs that know nothing of it: libunbound and delv (DNSSEC), OpenSSL (TLS, PKIX, DANE),
curl (policy sites). What they see must agree with the table the relay is judged by."""
import concurrent.futures
import json
import shutil
import socket
import subprocess
import sys
import unittest

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype as types

import unbound
from domains import BY_VIEW, DOMAINS, by_phase
from mx_hosts import Host
from plan import POLICY_ADDRESS
from running_world import RunningWorld

RELIABLE = ('ok', 'multi-line')  # greetings a client of these tests can talk to


def setUpModule():
    global WORLD
    WORLD = RunningWorld()
    print(f'# {len(DOMAINS)} domains ready in {WORLD.seconds:.2f} s', file=sys.stderr)


def tearDownModule():
    if WORLD.close() != 0:
        raise AssertionError('the test world did not stop cleanly')


def resolver_of(view='recursor'):
    return unbound.Resolver(WORLD.facts['dns'][view], f'{WORLD.directory}/root.key')


def run(*arguments, text='', seconds=20):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True, errors='replace', timeout=seconds,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def in_parallel(function, rows):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(zip(rows, pool.map(function, rows)))


class Table(unittest.TestCase):
    def test_has_every_domain_once(self):
        names = [row.domain for row in DOMAINS]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 90)

    def test_changes_keep_their_name(self):
        for row in DOMAINS:
            if row.later:
                self.assertEqual((row.name, row.signed), (row.later.name, row.later.signed))


class Dns(unittest.TestCase):
    def standing(self, resolver, domain):
        """The standing of all a sender asks for @domain: bogus anywhere, else that of MX."""
        mx = resolver.resolve(domain, types.MX)
        if mx.standing not in ('secure', 'insecure'):
            return mx.standing
        records = [dns.rdata.from_wire(1, types.MX, wire, 0, len(wire)) for wire in mx.data]
        hosts = [record.exchange.to_text() for record in records if record.exchange.labels != (b'',)]
        for host in hosts[:3] or [domain + '.']:
            for name, rtype in ((host, types.A), (host, types.AAAA), (f'_25._tcp.{host}', types.TLSA)):
                if resolver.resolve(name, rtype).standing == 'bogus':
                    return 'bogus'
        return mx.standing

    def test_libunbound_agrees_on_every_domain(self):
        resolver = resolver_of()
        for row in DOMAINS:
            if row.dnssec is not None and not row.slow:
                with self.subTest(row.domain):
                    self.assertEqual(self.standing(resolver, row.domain), row.expected_dnssec)
        resolver.close()

    def test_validating_view_judges_as_libunbound(self):
        """AD and SERVFAIL of the view that only pretends to validate."""
        resolver = resolver_of()
        address, port = WORLD.facts['dns']['validating'].split('@')
        query_of = dns.message.make_query
        for row in DOMAINS:
            if row.dnssec is None or row.slow:
                continue
            query = query_of(row.domain, 'MX', want_dnssec=True)
            reply, _ = dns.query.udp_with_fallback(query, address, timeout=5, port=int(port))
            seen = 'bogus' if reply.rcode() == dns.rcode.SERVFAIL else 'secure' if reply.flags & dns.flags.AD \
                else 'insecure'
            with self.subTest(row.domain):
                self.assertEqual(seen, resolver.resolve(row.domain, types.MX).standing)
        resolver.close()

    def test_views_as_libunbound_sees_them(self):
        # Without signatures at all even the root is bogus: that is how `unavailable` looks to a validator.
        no_dns = {'refused': 'failed', 'servfail': 'failed'}
        for view, rows in BY_VIEW.items():
            if view == 'blackhole':
                continue
            resolver = resolver_of(view)
            for row in rows:
                wanted = {'unavailable': 'bogus', None: no_dns.get(view)}.get(row.dnssec, row.dnssec)
                if wanted:
                    with self.subTest(f'{view} {row.domain}'):
                        self.assertEqual(resolver.resolve(row.domain, types.MX).standing, wanted)
            resolver.close()

    def test_delv_agrees(self):
        if not shutil.which('delv'):
            self.skipTest('no delv')
        with open(f'{WORLD.directory}/root.key', encoding='utf-8') as file:
            key = file.read().split(maxsplit=7)
        anchor = f'{WORLD.directory}/delv.anchor'
        with open(anchor, 'w', encoding='utf-8') as file:
            file.write(f'trust-anchors {{ . static-key {key[4]} {key[5]} {key[6]} "{key[7].strip()}"; }};\n')
        address, port = WORLD.facts['dns']['recursor'].split('@')
        for name, rtype, expected in (
                ('ee-311.test', 'MX', 'fully validated'), ('_25._tcp.mx.ee-311.test', 'TLSA', 'fully validated'),
                ('any.ee-wildcard.test', 'MX', 'fully validated'), ('plain.test', 'MX', 'unsigned answer'),
                ('no-such-domain.test', 'MX', 'negative response, fully validated'),
                ('ee-311.test', 'TXT', 'negative response, fully validated'),
                ('bogus-mx-expired.test', 'MX', 'resolution failed'), ('bogus-ds.test', 'MX', 'resolution failed'),
                ('bogus-unsigned.test', 'MX', 'resolution failed'),
                ('missing.bogus-no-tlsa.test', 'MX', 'resolution failed')):
            with self.subTest(f'{name} {rtype}'):
                _, said = run('delv', f'@{address}', '-p', port, '-a', anchor, '+root=.', name, rtype)
                self.assertIn(expected, said)


def single_host(row):
    """The one plain host of @row, or None where OpenSSL alone cannot judge."""
    if len(row.mx) != 1 or not isinstance(row.mx[0], Host) or row.slow:
        return None
    host = row.mx[0]
    plain = host.listen == 'ok' and host.starttls == 'ok' and host.greeting in RELIABLE and host.ehlo == 'ok' \
        and host.addresses == (4,) and not host.tls
    return host if plain else None


class Hosts(unittest.TestCase):
    def address(self, resolver, name):
        return '.'.join(map(str, resolver.resolve(name, types.A).data[0]))

    def openssl(self, address, *arguments):
        port = WORLD.facts['mx']
        return run('openssl', 's_client', '-starttls', 'smtp', '-connect', f'{address}:{port}', '-brief',
                   '-verify_return_error', *arguments)

    def dane_arguments(self, resolver, row, name):
        seen = resolver.resolve(f'_25._tcp.{name}', types.TLSA)
        records = [dns.rdata.from_wire(1, types.TLSA, wire, 0, len(wire)) for wire in seen.data]
        arguments = ['-dane_tlsa_domain', name, '-servername', name, '-dane_ee_no_namechecks',
                     '-verify_hostname', name]
        for record in records:
            # RFC 7672 3.1.3: usages 0 and 1 are unusable with SMTP; OpenSSL would use them.
            if record.usage in (2, 3):
                arguments += ['-dane_tlsa_rrdata', record.to_text()]
        return arguments

    def test_openssl_agrees_on_dane(self):
        # Reference names beside the host's are left to the relay's tests.
        rows = [row for row in DOMAINS if single_host(row) and row.mx[0].tlsa and row.signed and not row.faults
                and not row.records and not row.broken and not row.mx[0].alias and not row.sts
                and row.outlook in ('verified', 'failing') and row.name not in ('ta-domain-name',)]
        self.assertGreater(len(rows), 35)
        resolver = resolver_of()
        jobs = []
        for row in rows:
            name = f'mx.{row.domain}' if row.mx[0].name else row.domain
            jobs.append((row, self.address(resolver, name), self.dane_arguments(resolver, row, name)))
        resolver.close()
        for (row, _, _), (status, said) in in_parallel(lambda job: self.openssl(job[1], *job[2]), jobs):
            with self.subTest(row.domain):
                self.assertEqual(status == 0, row.outlook == 'verified', said)

    def test_openssl_agrees_on_certificates(self):
        rows = [row for row in DOMAINS if single_host(row) and not row.mx[0].tlsa and not row.mx[0].alias
                and not row.broken and not row.no_proofs and row.mx[0].cert.san and row.expected_unprobed != 'failing'
                and row.outlook in ('verified', 'certified', 'encrypted', 'failing')]
        self.assertGreater(len(rows), 80)
        resolver = resolver_of()
        jobs = []
        for row in rows:
            name = f'{row.mx[0].name}.{row.domain}' if row.mx[0].name else row.domain
            jobs.append((row, self.address(resolver, name), ['-verify_hostname', name, '-servername', name]))
        resolver.close()
        authority = ('-no-CApath', '-no-CAstore', '-CAfile', f'{WORLD.directory}/ca.pem')
        for (row, _, _), (status, said) in in_parallel(lambda job: self.openssl(job[1], *job[2], *authority), jobs):
            with self.subTest(row.domain):
                self.assertEqual(status == 0, row.outlook in ('verified', 'certified'), said)

    # What a client hears that says EHLO and STARTTLS without waiting to be offered it: each text must come in turn.
    HEARD = {
        'plain': (b'220 ', b'250 STARTTLS', b'220 go'),
        'no-starttls': (b'220 ', b'250 8BITMIME', b'502 '),
        'starttls-502': (b'250 STARTTLS', b'502 '),
        'starttls-454': (b'250 STARTTLS', b'454 '),
        'starttls-garbage': (b'220 go\r\n', bytes(range(128, 256))),
        'starttls-injection': (b'220 go\r\n', b'250-injected'),
        'ehlo-502': (b'220 ', b'502 ', b'502 '),
        'ehlo-lower-case': (b'250 starttls', b'220 go'),
        'ehlo-endless': (b'250-MORE\r\n' * 20000,),
        'greeting-multi-line': (b'220-one\r\n220-two\r\n220 three', b'250 STARTTLS'),
        'greeting-421': (b'421 ',),
        'greeting-451': (b'451 ', b'503 '),
        'greeting-554': (b'554 ', b'503 '),
        'greeting-garbage': (bytes(range(128, 256)),),
        'greeting-tarpit': (b'220-please wait\r\n220-please wait',),
        'requiretls-before': (b'STARTTLS', b'250 REQUIRETLS'),
    }

    def test_hosts_say_what_their_names_say(self):
        resolver = resolver_of()
        for name, parts in self.HEARD.items():
            with self.subTest(name), socket.create_connection(
                    (self.address(resolver, f'mx.{name}.test'), WORLD.facts['mx']), 10) as sock:
                sock.sendall(b'EHLO probe.test\r\nSTARTTLS\r\n')
                heard = b''
                for part in parts:
                    # The last part may be all there is: nothing is read beyond it.
                    while part not in heard:
                        octets = sock.recv(65536)
                        self.assertTrue(octets, f'{part} is missing behind {heard}')
                        heard += octets
                    heard = heard.split(part, 1)[1]
        resolver.close()

    def test_silent_and_closing(self):
        resolver = resolver_of()
        with socket.create_connection((self.address(resolver, 'mx.host-closes.test'), WORLD.facts['mx']), 10) as sock:
            self.assertEqual(sock.recv(100), b'')
        with socket.create_connection((self.address(resolver, 'mx.host-silent.test'), WORLD.facts['mx']), 0.3) as sock:
            with self.assertRaises(TimeoutError):
                sock.recv(100)
        resolver.close()

    def test_outdated_tls(self):
        resolver = resolver_of()
        address = self.address(resolver, 'mx.tls10-only.test')
        resolver.close()
        status, _ = run('openssl', 's_client', '-starttls', 'smtp', '-connect', f'{address}:{WORLD.facts["mx"]}')
        self.assertNotEqual(status, 0)
        _, said = self.openssl(address, '-tls1', '-cipher', 'ALL:@SECLEVEL=0', '-CAfile', f'{WORLD.directory}/ca.pem')
        self.assertIn('TLSv1\n', said)

    def test_one_address_many_names(self):
        """Hosts that share ::1 show the certificate of the name that is asked for."""
        for row in DOMAINS:
            if row.ipv6 and WORLD.facts['ipv6']:
                with self.subTest(row.domain):
                    _, said = run('openssl', 's_client', '-starttls', 'smtp', '-brief', '-connect',
                                  f'[::1]:{WORLD.facts["mx"]}', '-servername', f'mx.{row.domain}')
                    self.assertIn(f'Peer certificate: CN = mx.{row.domain}', said)

    def test_refused_and_full(self):
        resolver = resolver_of()
        for name, error in (('mx.host-refuses.test', ConnectionRefusedError), ('mx.host-full.test', TimeoutError)):
            with self.subTest(name), self.assertRaises(error):
                socket.create_connection((self.address(resolver, name), WORLD.facts['mx']), 0.3).close()
        with self.assertRaises(TimeoutError):
            socket.create_connection(('127.25.0.1', WORLD.facts['blocked']), 0.3).close()
        resolver.close()

    def test_requiretls_and_log(self):
        resolver = resolver_of()
        _, said = run('openssl', 's_client', '-starttls', 'smtp', '-quiet', '-ign_eof', '-connect',
                      f'{self.address(resolver, "mx.requiretls.test")}:{WORLD.facts["mx"]}',
                      text='EHLO after.test\r\nQUIT\r\n')
        resolver.close()
        self.assertIn('REQUIRETLS', said)
        with open(f'{WORLD.directory}/mx.log', encoding='utf-8') as file:
            noted = [json.loads(line) for line in file]
        self.assertIn(('mx.requiretls.test', True, 'EHLO after.test'),
                      [(entry['host'], entry['tls'], entry['command']) for entry in noted])


class PolicySites(unittest.TestCase):
    # Where curl's answer alone tells: by site, then by certificate.
    CURL_STATUS = {'closed': 52, 'silent': 28, 'drip': 28}

    def curl(self, row):
        site, port = f'mta-sts.{row.domain}', WORLD.facts['https']
        return run('curl', '-s', '-m', '1' if row.slow else '10', '--cacert', f'{WORLD.directory}/ca.pem', '--resolve',
                   f'{site}:{port}:{POLICY_ADDRESS}', '-w', '\n%{http_code} %{content_type} %{size_download}',
                   f'https://{site}:{port}/.well-known/mta-sts.txt')

    def test_curl_sees_what_each_site_does(self):
        rows = [row for row in DOMAINS if row.sts and row.sts.site != 'gone' and row.sts.cert.san]
        for row, (status, said) in in_parallel(self.curl, rows):
            code, kind, size = (said.rsplit('\n', 1)[-1].rsplit(' ', 1)[0].split(' ', 1) + [said.rsplit(' ', 1)[-1]])
            with self.subTest(row.domain):
                if 'sts-webpki-invalid' in row.reasons:
                    self.assertEqual(status, 60)
                    continue
                self.assertEqual(status, self.CURL_STATUS.get(row.sts.site, 0))
                if status:
                    continue
                self.assertEqual(int(code), 302 if row.sts.site == 'redirect' else row.sts.status)
                self.assertEqual(kind, row.sts.content_type)
                self.assertEqual(int(size), len(row.sts.content(row.domain)))
                if row.sts.pad_to:
                    self.assertEqual(int(size), row.sts.pad_to)


class Phases(unittest.TestCase):
    def test_names_change(self):
        def ids(resolver):
            return [resolver.resolve(f'_mta-sts.{name}.test', types.TXT).data for name in ('sts-changed-id', 'sts')]
        resolver = resolver_of()
        before = ids(resolver)
        self.assertEqual(WORLD.command('phase 2'), 'ok')
        after = ids(resolver)
        self.assertNotEqual(before[0], after[0])
        self.assertEqual(before[1], after[1])
        for row in by_phase(2):
            if row in DOMAINS or row.dnssec is None:
                continue
            with self.subTest(row.domain):
                self.assertEqual(resolver.resolve(row.domain, types.MX).standing, row.expected_dnssec)
        self.assertEqual(WORLD.command('phase 1'), 'ok')
        self.assertEqual(ids(resolver), before)
        self.assertEqual(WORLD.command('phase 3'), 'unknown command')
        resolver.close()


if __name__ == '__main__':
    unittest.main()
