#!/usr/bin/python3
"""Policies fetched by the relay's own code from the test world's sites: every fault gives its result, and all at once.

Arguments: the driver, postern-fetch.
"""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../support/world'))
# pylint: disable=wrong-import-position
from domains import by_phase
from plan import POLICY_ADDRESS
from policy_sites import LIMIT
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


unittest.main(argv=sys.argv[:1])
