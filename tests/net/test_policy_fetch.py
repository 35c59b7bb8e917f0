#!/usr/bin/python3
"""Policies fetched by the relay's own code from the test world's sites: every fault gives its result, and all at once.

Arguments: the driver, postern-fetch.
"""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../support/world'))
# pylint: disable=wrong-import-position
from certificates import Authorities, Cert
from domains import by_phase
from plan import POLICY_ADDRESS
from running_world import RunningWorld

FETCH, INVALID, WEB_PKI = 'sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid'
# What is expected of the sites with faults; all others give what they have.
FAULTS = {
    'sts-redirect': (FETCH, 'redirect 302'), 'sts-404': (FETCH, 'http-status 404'),
    'sts-500': (FETCH, 'http-status 500'), 'sts-203': (FETCH, 'http-status 203'),
    'sts-wrong-type': (INVALID, 'wrong-type'), 'sts-html': (INVALID, 'wrong-type'),
    'sts-oversize': (INVALID, 'too-large'), 'sts-site-expired': (WEB_PKI, 'certificate expired'),
    'sts-site-self': (WEB_PKI, 'certificate not-trusted'),
    'sts-site-wrong-name': (WEB_PKI, 'certificate host-mismatch'),
    'sts-site-cn-only': (WEB_PKI, 'certificate no-names'), 'sts-site-nul': (WEB_PKI, 'certificate host-mismatch'),
    'sts-site-drips': (FETCH, 'timeout'), 'sts-site-silent': (FETCH, 'timeout'), 'sts-site-closes': (FETCH, 'broken'),
    'sts-comes': (FETCH, 'http-status 500'), 'both-sts-unfetched': (FETCH, 'http-status 404'),
}
DRIVER, PROGRAM = map(os.path.abspath, sys.argv[1:3])


def setUpModule():
    global WORLD
    WORLD = RunningWorld()


def tearDownModule():
    if WORLD.close() != 0:
        raise AssertionError('the test world did not stop cleanly')


def fetch(requests, program=PROGRAM, **more):
    """(result, size, detail) of each (domain, port, addresses, CA file, milliseconds), fetched all at once."""
    lines = ''.join(' '.join(map(str, request)) + '\n' for request in requests)
    done = subprocess.run([DRIVER, program], input=lines, capture_output=True, text=True, timeout=100, check=True, **more)
    rows = [line.split(' ', 3) for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == [request[0] for request in requests]
    return [(result, int(size), detail) for _, result, size, detail in rows]


def request(domain, milliseconds=20000, address=POLICY_ADDRESS, ca_file=None):
    return domain, WORLD.facts['https'], address, ca_file or f'{WORLD.directory}/ca.pem', milliseconds


class Sites(unittest.TestCase):
    def test_every_site(self):
        slow = [row for row in by_phase(1) if row.sts and row.sts.site in ('drip', 'silent')]
        others = [row for row in by_phase(1) if row.sts and row.sts.site not in ('drip', 'silent', 'gone')]
        rows = slow + others
        came = fetch([request(row.domain, 1500) for row in slow]) + fetch([request(row.domain) for row in others])
        for row, (result, size, detail) in zip(rows, came):
            with self.subTest(row.domain):
                wanted = FAULTS.get(row.name, ('ok', ''))
                self.assertEqual((result, detail), wanted)
                self.assertEqual(size, len(row.sts.content(row.domain)) if wanted[0] == 'ok' else 0)


class Ways(unittest.TestCase):
    def test_thirty_at_once(self):
        came = fetch([request('sts.test')] * 30)
        self.assertEqual({result for result, _, _ in came}, {'ok'})

    def test_more_than_fit_wait(self):
        came = fetch([request('sts.test')] * 90)
        self.assertEqual({result for result, _, _ in came}, {'ok'})

    def test_next_address_when_one_refuses(self):
        self.assertEqual(fetch([request('sts.test', address=f'127.44.0.99,::1,{POLICY_ADDRESS}')])[0][0], 'ok')

    def test_nobody_listens(self):
        self.assertEqual(fetch([request('sts.test', address='127.44.0.99')]), [(FETCH, 0, 'unreachable')])

    def test_root_of_nobody(self):
        self.assertEqual(fetch([request('sts.test', ca_file='-')]), [(WEB_PKI, 0, 'certificate not-trusted')])
        self.assertEqual(fetch([request('sts.test', ca_file='/nowhere.pem')]),
                         [(WEB_PKI, 0, 'certificate not-trusted')])

    def test_site_is_another_name(self):
        """A site that knows no such name ends the handshake."""
        self.assertEqual(fetch([request('elsewhere.test')]), [(FETCH, 0, 'tls')])

    def test_environment_is_not_heard(self):
        told = dict(os.environ, https_proxy='http://127.0.0.1:9', G_TLS_GNUTLS_PRIORITY='NONE', GIO_USE_TLS='dummy')
        self.assertEqual(fetch([request('sts.test')], env=told)[0][0], 'ok')


class OwnSite:
    """A site that answers every connection with octets of the test's own, as often as asked, and closes."""

    def __init__(self, octets, repeat=1, version=None, goodbye=True):
        self.octets, self.repeat, self.goodbye = octets, repeat, goodbye
        self.directory = tempfile.TemporaryDirectory()
        authorities = Authorities()
        self.ca_file, pem = f'{self.directory.name}/ca.pem', f'{self.directory.name}/site.pem'
        for path, text in ((self.ca_file, authorities.ca_pem()),
                           (pem, authorities.issue(Cert(), 'mta-sts.own.test', 'own.test').pem)):
            with open(path, 'wb') as file:
                file.write(text)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        if version:
            self.context.set_ciphers('ALL:@SECLEVEL=0')
            self.context.minimum_version = self.context.maximum_version = version
        self.listener = socket.create_server(('127.0.0.1', 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self.listener.accept()
        try:
            tls = self.context.wrap_socket(connection, server_side=True)
            tls.recv(4096)
            for _ in range(self.repeat):
                tls.sendall(self.octets)
            if self.goodbye:
                tls.unwrap()
        except OSError:
            pass
        finally:
            connection.close()

    def fetch(self, milliseconds=10000):
        port = self.listener.getsockname()[1]
        result, size, detail = fetch([('own.test', port, '127.0.0.1', self.ca_file, milliseconds)])[0]
        self.listener.close()
        self.directory.cleanup()
        return result, size, detail


HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'
CHUNKED = HEAD + b'Transfer-Encoding: chunked\r\n\r\n'


class Octets(unittest.TestCase):
    def test_whole_answers(self):
        for octets, size in ((HEAD + b'Content-Length: 4\r\n\r\nabcd', 4), (CHUNKED + b'3\r\nabc\r\n0\r\n\r\n', 3),
                             (HEAD + b'Content-Length: 4\r\nContent-Encoding: gzip\r\n\r\nabcd', 4),
                             (HEAD + b'Set-Cookie: a=b\r\nContent-Length: 0\r\n\r\n', 0)):
            with self.subTest(octets):
                self.assertEqual(OwnSite(octets).fetch(), ('ok', size, ''))

    def test_half_answers_are_no_policy(self):
        for octets in (HEAD + b'Content-Length: 5\r\n\r\nabcd', b'', b'nonsense\r\n\r\n'):
            with self.subTest(octets):
                self.assertEqual(OwnSite(octets).fetch(), (FETCH, 0, 'broken'))

    def test_cut_off_without_goodbye(self):
        """Whoever can cut the connection must not be able to shorten a policy of unknown length."""
        for octets in (HEAD + b'\r\nabcd', CHUNKED + b'3\r\nabc\r\n', CHUNKED + b'3\r\nab', HEAD):
            with self.subTest(octets):
                self.assertEqual(OwnSite(octets, goodbye=False).fetch(), (FETCH, 0, 'broken'))
        self.assertEqual(OwnSite(HEAD + b'Content-Length: 4\r\n\r\nabcd', goodbye=False).fetch(), ('ok', 4, ''))

    def test_no_type(self):
        self.assertEqual(OwnSite(b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na').fetch(), (INVALID, 0, 'wrong-type'))

    def test_outdated_tls(self):
        self.assertEqual(OwnSite(HEAD + b'\r\n', version=ssl.TLSVersion.TLSv1_1).fetch(), (FETCH, 0, 'tls'))

    def test_body_without_end(self):
        self.assertEqual(OwnSite(CHUNKED + (b'1000\r\n' + b'a' * 4096 + b'\r\n') * 17).fetch(), (INVALID, 0, 'too-large'))


class Program(unittest.TestCase):
    """postern-fetch by itself, and programs that are none."""

    def test_ends_with_its_input(self):
        self.assertEqual(subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, timeout=20, check=False).returncode, 0)

    def test_ends_when_nobody_asks(self):
        with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            self.assertEqual(process.wait(40), 0)

    def test_refuses_what_is_no_request(self):
        for octets in (b'\0' * 4, b'\xff' * 4, b'\x04\0\0\0abcd'):
            done = subprocess.run([PROGRAM], input=octets, capture_output=True, timeout=20, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, b''))

    def test_programs_that_are_none(self):
        for program in ('true', 'cat', 'yes'):
            came = fetch([request('sts.test')] * 3, shutil.which(program))
            self.assertEqual({result for result, _, _ in came}, {FETCH})
            # Whether it ended before or after it was asked is a race.
            self.assertLessEqual({detail for _, _, detail in came}, {'the program ended', 'it cannot be asked for'})
        result, _, detail = fetch([request('sts.test')], '/nowhere')[0]
        self.assertEqual(result, FETCH)
        self.assertTrue(detail.startswith('the program cannot be started'), detail)


unittest.main(argv=sys.argv[:1])
