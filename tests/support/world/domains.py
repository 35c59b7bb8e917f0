"""The table of the test world: every recipient domain with the outlook it must get, and input that is no domain."""
from domains_dane import DANE
from domains_plain import PLAIN
from domains_sts import STS

DOMAINS = PLAIN + DANE + STS

# Each must give a reason and never a good word: an error or `unknown`.
BAD_INPUT = ('', '.', '..', 'a..test', '-plain.test', 'plain-.test', 'pla in.test', 'plain.test\x00.test',
             '[127.0.0.1]', '127.0.0.1', '[IPv6:::1]', 'plain.test:25', 'user@', '@plain.test', 'a@b@plain.test',
             'x' * 64 + '.test', '.'.join(['x' * 59] * 5), 'xn--\u00fc.test', 'xn--a.test', 'plain\uff0etest\u3002',
             '\u202eplain.test', '../etc/passwd', '*.test', '_dmarc.plain.test@')


def by_phase(phase):
    """The rows as they are in @phase (1 or 2)."""
    return tuple(row.later or row if phase == 2 else row for row in DOMAINS)
