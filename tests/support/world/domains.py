"""The table of the test world: every recipient domain with the outlook it must get, and input that is no domain."""
from dataclasses import replace

from domains_dane import DANE
from domains_plain import PLAIN
from domains_sts import STS

DOMAINS = PLAIN + DANE + STS

# Each must give a reason and no word but `unknown` or `unroutable`.
BAD_INPUT = ('', '.', '..', 'a..test', '-plain.test', 'plain-.test', 'pla in.test', 'plain.test\x00.test',
             '[127.0.0.1]', '127.0.0.1', '[IPv6:::1]', 'plain.test:25', 'user@', '@plain.test', 'a@b@plain.test',
             'x' * 64 + '.test', '.'.join(['x' * 59] * 5), 'xn--\u00fc.test', 'xn--a.test', '\u202eplain.test',
             '../etc/passwd', '*.test', '_dmarc.plain.test@')


def _seen(name, outlook, why, *accept, dnssec=None):
    row = next(row for row in DOMAINS if row.name == name)
    return replace(row, outlook=outlook, why=why, accept=accept, dnssec=dnssec, reasons=(), requiretls='any',
                   authenticated='any', unprobed='', later=None)


# What a sample must get when the relay asks another view of dnsd.py than `recursor`.
BY_VIEW = {
    'validating': (
        _seen('ee-311', 'verified', 'the relay validates for itself', dnssec='secure'),
        _seen('plain', 'certified', 'insecure is told from bogus', dnssec='insecure'),
        _seen('sts', 'verified', 'as ever'),
        _seen('bogus-mx-expired', 'failing', 'SERVFAIL is asked again with CD', 'unknown'),
    ),
    # No signature comes through: DANE is unknown, not absent; MTA-STS works as ever.
    'stripping': (
        _seen('ee-311', 'encrypted', 'self-signed; whether DANE would prove it is not known', 'unknown',
              dnssec='unavailable'),
        _seen('ee-mismatch-public', 'certified', 'valid certificate; DANE is not known', 'unknown',
              dnssec='unavailable'),
        _seen('ee-no-starttls', 'cleartext', 'clear; DANE is not known', 'unknown', dnssec='unavailable'),
        _seen('plain', 'certified', 'unsigned anyway', 'unknown', dnssec='unavailable'),
        _seen('sts', 'verified', 'MTA-STS needs no DNSSEC', dnssec='unavailable'),
        _seen('null-mx', 'unroutable', 'null MX', dnssec='unavailable'),
    ),
    'ds-blocking': tuple(
        _seen(name, 'failing', 'the chain of trust is cut: all below test. is bogus', dnssec='bogus')
        for name in ('ee-311', 'plain', 'sts')),
    'forging': tuple(
        _seen(name, 'failing', 'a forged MX in a signed zone', dnssec='bogus') for name in ('ee-311', 'ta-211', 'both')
    ) + tuple(
        _seen(name, 'unknown', 'the forger\'s host refuses', dnssec='insecure') for name in ('plain', 'no-starttls')),
    **{view: tuple(
        _seen(name, 'unknown', 'there is no DNS') for name in ('ee-311', 'plain', 'sts', 'null-mx', 'no-such-domain'))
       for view in ('refused', 'servfail', 'blackhole')},
}


def by_phase(phase):
    """The rows as they are in @phase (1 or 2)."""
    return tuple(row.later or row if phase == 2 else row for row in DOMAINS)
