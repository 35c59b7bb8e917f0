"""Domains with DANE (RFC 7672): every usage, selector and matching type, and every place where the chain can break."""
from functools import partial

from certificates import PRIVATE, PUBLIC, SELF, Cert
from domain import Domain
from mx_hosts import Host

secure = partial(Domain, signed=True)
# The policy is there, but the host does not meet it: only a probe can tell.
fails = partial(Domain, signed=True, outlook='failing', unprobed='policy')
bogus = partial(Domain, signed=True, outlook='failing', unprobed='failing', dnssec='bogus',
                reasons=('dnssec-invalid',))
MISMATCH = ('validation-failure|tlsa-invalid|certificate-not-trusted|certificate-host-mismatch',)
EE = ('3 1 1',)


def dane(name, why, mx=(), outlook='verified', authenticated=('dane',), **more):
    return Domain(name, outlook, why, mx, signed=True, authenticated=authenticated, **more)


def host(*records, cert=SELF, **more):
    return Host(cert=cert, tlsa=records, **more)


MATCHING = tuple(
    dane(f'ee-3{selector}{matching}', why=f'3 {selector} {matching} matches', mx=(host(f'3 {selector} {matching}'),))
    for selector in '01' for matching in '012'
) + tuple(
    dane(f'ta-2{selector}{matching}', why=f'2 {selector} {matching} matches the root that is sent',
         mx=(host(f'2 {selector} {matching}', cert=PRIVATE),))
    for selector in '01' for matching in '012'
) + (
    dane('ta-intermediate', why='2 1 1 of an intermediate', mx=(host('2 1 1 inter', cert=PRIVATE),)),
    dane('ta-domain-name', why='2 1 1; certificate for the recipient domain is a reference name',
         mx=(host('2 1 1', cert=Cert(issuer='private', names=('%',), chain=('inter', 'root'))),)),
    dane('ta-wildcard', why='2 1 1; wildcard certificate',
         mx=(host('2 1 1', cert=Cert(issuer='private', names=('*.%',), chain=('inter', 'root'))),)),
    dane('ta-public', why='2 1 1 of a public intermediate', mx=(host('2 1 1 inter', cert=PUBLIC),)),
    dane('ee-expired', why='3 1 1 ignores dates', mx=(host(*EE, cert=Cert(issuer='self', dates='expired', chain=())),)),
    dane('ee-future', why='3 1 1 ignores dates', mx=(host(*EE, cert=Cert(issuer='self', dates='future', chain=())),)),
    dane('ee-wrong-name', why='3 1 1 ignores names',
         mx=(host(*EE, cert=Cert(issuer='self', names=('elsewhere.test',), chain=())),)),
    dane('ee-cn-only', why='3 1 1 ignores names', mx=(host(*EE, cert=Cert(issuer='self', san=False, chain=())),)),
    dane('ee-roll-over', why='current and next key', mx=(host('3 1 1', '3 1 1 other'),)),
    dane('ta-roll-over', why='next and current anchor', mx=(host('2 1 1 other', '2 1 1', cert=PRIVATE),)),
    dane('ee-or-ta', why='3 1 1 of another key, 2 1 1 matches', mx=(host('3 1 1 other', '2 1 1', cert=PRIVATE),)),
    dane('ee-selectors', why='agility is per selector: 3 1 1 counts beside 3 0 2',
         mx=(host('3 0 2 other', '3 1 1'),)),
    dane('ee-full-and-digest', why='matching type 0 takes no part in agility', mx=(host('3 1 0', '3 1 1 other'),)),
    dane('ee-agility', why='the stronger digest matches', mx=(host('3 1 1 other', '3 1 2'),)),
    dane('ee-short-strong', why='an unusable stronger digest is no stronger digest',
         mx=(host('3 1 2 short', '3 1 1'),)),
    dane('ee-and-unusable', why='0 1 1 is ignored beside 3 1 1', mx=(host('0 1 1 other', '3 1 1'),)),
    dane('ee-requiretls', why='3 1 1, keyword after TLS', mx=(host(*EE, requiretls='after'),), requiretls=True),
    dane('ee-requiretls-before', why='3 1 1, keyword before TLS is worthless', mx=(host(*EE, requiretls='before'),),
         requiretls=False),
    dane('ta-only-in-dns', why='2 0 0 gives the anchor itself; RFC 7672 3.1.2 wants it sent all the same',
         mx=(host('2 0 0 private-root', cert=Cert(issuer='private')),), accept=('failing',)),
)

MISMATCHING = (
    fails('ee-mismatch', why='3 1 1 of another key', mx=(host('3 1 1 other'),), reasons=MISMATCH),
    fails('ee-mismatch-public', why='a valid certificate does not help against 3 1 1',
          mx=(host('3 1 1 other', cert=PUBLIC),), reasons=MISMATCH),
    fails('ee-agility-mismatch', why='the stronger digest decides (RFC 7671 9)', mx=(host('3 1 2 other', '3 1 1'),)),
    fails('ee-of-intermediate', why='usage 3 speaks of the leaf alone', mx=(host('3 1 1 inter', cert=PRIVATE),)),
    fails('ta-of-leaf', why='usage 2 speaks of an issuer', mx=(host('2 1 1 leaf'),)),
    fails('ta-mismatch', why='2 1 1 of another root', mx=(host('2 1 1 other', cert=PRIVATE),)),
    fails('ta-not-sent', why='digest of a root that is not sent', mx=(host('2 1 1', cert=Cert(issuer='private')),)),
    fails('ta-appended', why='own leaf with the real root appended',
          mx=(host('2 1 1 private-root', cert=Cert(issuer='self', chain=('private-root',))),)),
    fails('ta-expired', why='usage 2 checks dates', reasons=('certificate-expired',),
          mx=(host('2 1 1', cert=Cert(issuer='private', dates='expired', chain=('inter', 'root'))),)),
    fails('ta-wrong-name', why='usage 2 checks names', reasons=('certificate-host-mismatch',),
          mx=(host('2 1 1', cert=Cert(issuer='private', names=('elsewhere.test',), chain=('inter', 'root'))),)),
    fails('ta-nul', why='usage 2 checks names: NUL in the name',
          mx=(host('2 1 1', cert=Cert(issuer='private', names=('@\0.elsewhere.test',), chain=('inter', 'root'))),)),
    fails('ee-mismatch-pkix-match', why='1 1 1 is ignored, 3 1 1 does not match',
          mx=(host('3 1 1 other', '1 1 1', cert=PUBLIC),)),
    fails('ee-no-starttls', why='TLSA makes TLS mandatory', mx=(host('3 1 1', starttls='absent'),),
          reasons=('starttls-not-supported',)),
    fails('ee-starttls-502', why='TLSA makes TLS mandatory', mx=(host('3 1 1', starttls='502'),),
          reasons=('starttls-not-supported',)),
    fails('ee-tls10', why='TLSA, and only outdated TLS', mx=(host('3 1 1', tls='1.0'),)),
    fails('ee-starttls-garbage', why='TLSA, and no TLS behind 220', mx=(host('3 1 1', starttls='garbage'),),
          accept=('unknown',)),
    fails('two-mismatch', why='neither host meets its record',
          mx=(host('3 1 1 other'), host('3 1 1 other', name='mx2'))),
)

# Usages 0 and 1, and what cannot be parsed, never authenticate; TLS stays mandatory.
UNUSABLE = tuple(
    secure('unusable-' + record.replace(' ', '-'), 'certified', f'{record} is unusable; valid certificate',
           (host(record, cert=PUBLIC),))
    for record in ('0 1 1 inter', '1 1 1 leaf', '3 1 1 short', '3 1 2 short', '3 0 0 junk', '3 1 7 leaf',
                   '3 7 1 leaf', '4 1 1 leaf', '255 1 1 leaf')
) + (
    secure('unusable-self', 'encrypted', 'unusable records authenticate nothing', (host('1 1 1'),)),
    secure('unusable-no-starttls', 'failing', 'unusable records still make TLS mandatory',
           (host('1 1 1', starttls='absent'),), reasons=('starttls-not-supported|dane-required',)),
)

STATES = (
    Domain('insecure-zone', 'encrypted', 'TLSA without DNSSEC is nothing', (host(*EE),), authenticated=()),
    Domain('insecure-zone-mismatch', 'certified', 'TLSA without DNSSEC is nothing',
           (host('3 1 1 other', cert=PUBLIC),)),
    Domain('unsigned-mx', 'encrypted', 'unsigned MX: TLSA of a signed host makes nothing verified',
           ('10 mx.ee-311.test.',)),
    Domain('unsigned-mx-valid', 'certified', 'unsigned MX; valid certificate', ('10 mx.ta-public.test.',)),
    Domain('unsigned-mx-mismatch', 'failing', 'unsigned MX: TLSA of a signed host may still stop a delivery',
           ('10 mx.ee-mismatch-public.test.',)),
    Domain('unsigned-mx-clear', 'failing', 'unsigned MX: TLSA of a signed host still forbids clear text',
           ('10 mx.ee-no-starttls.test.',), reasons=('starttls-not-supported',)),
    Domain('unsigned-mx-refused', 'unknown', 'unsigned MX: TLSA of a signed host binds nobody to it',
           ('10 mx.ee-refused.test.',)),
    secure('unsigned-host', 'encrypted', 'signed MX, unsigned host: its TLSA is nothing',
           ('10 mx.insecure-zone.test.',)),
    dane('ee-421', '4xx greeting; the policy binds', (host(*EE, greeting='421'),), 'policy', accept=('unknown',)),
    dane('ee-454', '454 is temporary; the policy binds', (host(*EE, starttls='454'),), 'policy', accept=('unknown',)),
    dane('ee-injection', 'clear bytes behind 220: meddling on our own way there; the policy binds',
         (host(*EE, starttls='injection'),), 'policy', accept=('unknown', 'failing')),
    dane('ee-refused', 'connection refused; the policy binds', (host(*EE, listen='refused'),), 'policy',
         accept=('unknown',)),
    dane('ee-silent', 'silent; the policy binds', (host(*EE, listen='silent'),), 'policy', slow=True,
         accept=('unknown',)),
    dane('ee-implicit', why='no MX: the domain is the host', mx=(host(*EE, name=''),), implicit=True),
    dane('ee-hosted', why='host in another signed zone', mx=('10 mx.ee-311.test.',)),
    dane('any.ee-wildcard', why='signed wildcard MX', zone='ee-wildcard', records=(('*', 'MX', '10 mx.ee-311.test.'),)),
    dane('ee.alias-signed', why='the domain is a signed CNAME', zone='alias-signed',
         records=(('ee', 'CNAME', 'ee-311.test.'),)),
    Domain('ee.alias', 'encrypted', 'the domain is an unsigned CNAME', zone='alias', dnssec=None,
           records=(('ee', 'CNAME', 'ee-311.test.'),)),
    dane('ee-ipv6', why='IPv6 alone', mx=(host(*EE, addresses=(6,), cert=SELF),), ipv6=True),
    dane('ee-truncated', why='TLSA comes over TCP only', mx=(host(*EE),),
         events=(('truncated', '_25._tcp.mx', 'TLSA', None),)),
    secure('tlsa-servfail', 'encrypted', 'self-signed; TLSA could not be found out', (host(*EE),), dnssec=None,
           events=(('servfail', '_25._tcp.mx', 'TLSA', None),), accept=('unknown', 'failing')),
    secure('tlsa-silent', 'encrypted', 'self-signed; no answer for TLSA', (host(*EE),), dnssec=None, slow=True,
           events=(('silent', '_25._tcp.mx', 'TLSA', None),), accept=('unknown', 'failing')),
)

ALIASES = (
    dane('mx-alias-expanded', why='TLSA at the expanded name', mx=(host(*EE, alias='real', tlsa_at='real'),)),
    dane('mx-alias-original', why='TLSA at the original name only', mx=(host(*EE, alias='real'),)),
    fails('mx-alias-both', why='TLSA at the expanded name goes first, and does not match',
          mx=(host(*EE, alias='real'),), records=(('_25._tcp.real', 'TLSA', '3 1 1 ' + '11' * 32),)),
    dane('mx-alias-insecure', why='TLSA at the signed alias of an unsigned host (RFC 7672 2.2.2)', dnssec=None,
         mx=(host(*EE, alias='mx.insecure-zone.test.', tlsa_of='insecure-zone'),), accept=('encrypted',),
         authenticated='any'),
    dane('tlsa-alias', why='the TLSA name is a CNAME', mx=(host(*EE, tlsa_alias=True),)),
    dane('tlsa-alias-zone', why='the TLSA name is a CNAME into another signed zone', mx=('10 mx.@.',),
         records=(('mx', 'CNAME', 'mx.ee-311.test.'),)),
)

STEPS = (('MX', ''), ('A', 'mx'), ('TLSA', '_25._tcp.mx'))
BOGUS = tuple(
    bogus(f'bogus-{rtype.lower()}-{fault}', why=f'{rtype} with signature {fault}', mx=(host(*EE),),
          faults=((owner, rtype, fault),))
    for rtype, owner in STEPS for fault in ('expired', 'future', 'wrong-key', 'missing')
) + (
    bogus('bogus-alias', why='CNAME of the MX host with an expired signature',
          mx=(host(*EE, alias='real', tlsa_at='real'),), faults=(('mx', 'CNAME', 'expired'),)),
    bogus('bogus-tlsa-alias', why='CNAME of the TLSA name with a wrong signature', mx=(host(*EE, tlsa_alias=True),),
          faults=(('_25._tcp.mx', 'CNAME', 'wrong-key'),)),
    bogus('bogus-ds', why='the DS speaks of another key', mx=(host(*EE),), broken='ds'),
    bogus('bogus-unsigned', why='a DS, but no signatures', mx=(host(*EE),), broken='unsigned', signed=False),
    bogus('bogus-no-tlsa', why='absence of TLSA without proof', mx=(Host(),), no_proofs=True),
    bogus('missing.bogus-no-tlsa', why='NXDOMAIN without proof', zone='bogus-no-tlsa'),
)

SEVERAL = (
    dane('dane-two', why='both hosts match', mx=(host(*EE), host('2 1 1', name='mx2', cert=PRIVATE))),
    dane('dane-one-mismatch', why='the mismatching host is skipped', mx=(host('3 1 1 other'), host(*EE, name='mx2'))),
    dane('dane-one-down', why='the host that is down is covered too',
         mx=(host(*EE, listen='refused'), host(*EE, name='mx2'))),
    dane('dane-one-bogus', why='the host with bogus TLSA is skipped by who sees it', accept=('unknown',),
         mx=(host(*EE), host(*EE, name='mx2')),
         faults=(('_25._tcp.mx', 'TLSA', 'expired'),), dnssec=None),
    dane('dane-one-nowhere', why='a host proven not to exist takes no mail', mx=(host(*EE), '20 nowhere.@.'),
         authenticated='any', accept=('unknown',)),
    fails('dane-mismatch-down', why='one does not match, the other is down', accept=('unknown',),
          mx=(host('3 1 1 other'), host(*EE, name='mx2', listen='refused'))),
    secure('dane-one-without', 'certified', 'the second host has no TLSA', (host(*EE, cert=PUBLIC), Host(name='mx2'))),
    secure('dane-one-without-self', 'encrypted', 'the second host has no TLSA and is self-signed',
           (host(*EE), Host(name='mx2', cert=SELF))),
    secure('dane-one-clear', 'cleartext', 'the second host has no TLSA and no STARTTLS',
           (host(*EE), Host(name='mx2', starttls='absent'))),
    secure('dane-mismatch-and-without', 'encrypted', 'skipped or not, no host is proven',
           (host('3 1 1 other'), Host(name='mx2', cert=SELF))),
    dane('address-mismatch', why='the second address shows another key; a sender goes on to the first',
         mx=(host(*EE, addresses=(4, Host(cert=SELF))),)),
)

CHANGES = (
    dane('was-dane', why='3 1 1 matches at first', mx=(host(*EE),), later=secure(
        'was-dane', 'cleartext', 'TLSA and STARTTLS have gone: the lock trips', (Host(starttls='absent'),))),
    dane('was-dane-mismatch', why='3 1 1 matches at first', mx=(host(*EE),), later=fails(
        'was-dane-mismatch', why='the key changed without its record: the lock trips', mx=(host('3 1 1 other'),))),
    dane('was-dane-down', why='3 1 1 matches at first', mx=(host(*EE),), later=dane(
        'was-dane-down', 'down, still covered: never trips the lock', (host(*EE, listen='refused'),), 'policy',
        accept=('unknown',))),
    dane('was-dane-rolled', why='3 1 1 matches at first', mx=(host(*EE),), later=dane(
        'was-dane-rolled', why='key and record changed together', mx=(host('3 1 1', '3 1 1 other'),))),
)

DANE = MATCHING + MISMATCHING + UNUSABLE + STATES + ALIASES + BOGUS + SEVERAL + CHANGES
