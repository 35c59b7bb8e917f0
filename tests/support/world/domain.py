"""A row of the test world's table: a recipient domain, how it is set up, and the outlook it must get.

The outlooks are those of the ladder: verified, policy, certified, encrypted, cleartext, failing, unroutable, unknown.
Calling anything `verified`, `policy` or `certified` that is neither named by `outlook` nor by `accept` is an error
that sends mail unprotected; any other difference is only inexact.
"""
from dataclasses import dataclass, field

GOOD = ('verified', 'policy', 'certified')
UNPROBED = {'verified': 'policy', 'policy': 'policy', 'unroutable': 'unroutable'}
ANY = 'any'  # not judged


@dataclass(frozen=True)
class Domain:
    """Owners are relative to `zone` (`name` below test. unless given); in texts an @ stands for the domain.

    `mx`: Hosts, numbered 10, 20, … as MX records, or MX rdata; empty: none. `implicit`: the Hosts have no MX records.
    `faults`: (owner, type, fault of zones.py). `events`: (attribute of dnsd.Script, owner, type, value).
    `broken`: ds (speaks of another key) or unsigned (a DS, but no signatures).
    """
    name: str
    outlook: str
    why: str
    mx: tuple = ()
    signed: bool = False
    zone: str = ''
    implicit: bool = False
    records: tuple = ()
    faults: tuple = ()
    events: tuple = ()
    broken: str = ''
    no_proofs: bool = False
    sts: object = None
    accept: tuple = ()  # as right as `outlook`: where the standards leave it open or less is claimed
    reasons: tuple = ()  # RFC 8460 types that must be told; "a|b" is either
    dnssec: str = ''  # standing of all a sender asks for; '': by `signed`; None: not judged
    requiretls: object = ANY
    authenticated: tuple = ANY  # mechanisms that cover every host
    unprobed: str = ''  # outlook when no host is probed; '': by `outlook`
    slow: bool = False  # costs a time-out by its nature
    ipv6: bool = False
    later: object = field(default=None, repr=False)  # the Domain in phase 2

    @property
    def domain(self):
        return f'{self.name}.test'

    @property
    def origin(self):
        return f'{self.zone or self.name}.test.'

    @property
    def expected_dnssec(self):
        return self.dnssec or ('secure' if self.signed else 'insecure')

    @property
    def expected_mx_dnssec(self):
        """The standing of the MX answer alone: what the relay calls the domain's."""
        below_mx = self.faults and not any(owner == '' for owner, _, _ in self.faults)
        if self.dnssec == 'bogus' and (below_mx or self.no_proofs):
            return 'secure'
        return None if self.dnssec is None else self.expected_dnssec

    @property
    def expected_unprobed(self):
        return self.unprobed or UNPROBED.get(self.outlook, 'unknown')

    def accepts(self, outlook):
        return outlook == self.outlook or outlook in self.accept
