"""Domains without a policy: what routing and the MX hosts alone say."""
from certificates import PRIVATE, PUBLIC, SELF, Cert
from domain import Domain
from mx_hosts import Host

EXPIRED = Cert(dates='expired')
NUL = Cert(names=('@\0.elsewhere.test',))
WRONG_NAME = Cert(names=('elsewhere.test',))

CERTIFICATES = (
    Domain('plain', 'certified', 'valid certificate, nothing authenticates the name', (Host(),), requiretls=False,
           authenticated=()),
    Domain('plain-signed', 'certified', 'signed MX and valid certificate bind no sender', (Host(),), signed=True),
    Domain('plain-wildcard', 'certified', 'certificate for *.domain covers one label',
           (Host(cert=Cert(names=('*.%',))),)),
    Domain('plain-wildcard-deep', 'encrypted', 'certificate for *.domain does not cover two labels',
           (Host(name='a.mx', cert=Cert(names=('*.%',))),), reasons=('certificate-host-mismatch',)),
    Domain('plain-tls12', 'certified', 'TLS 1.2 is good enough', (Host(tls='1.2'),)),
    Domain('plain-client-cert', 'certified', 'asking for a client certificate is harmless',
           (Host(asks_certificate=True),)),
    Domain('plain-self', 'encrypted', 'self-signed', (Host(cert=SELF),), reasons=('certificate-not-trusted',)),
    Domain('plain-private-ca', 'encrypted', 'chain to a root nobody trusts', (Host(cert=PRIVATE),),
           reasons=('certificate-not-trusted',)),
    Domain('plain-no-chain', 'encrypted', 'intermediate not sent', (Host(cert=Cert(chain=())),),
           reasons=('certificate-not-trusted',)),
    Domain('plain-expired', 'encrypted', 'certificate expired', (Host(cert=EXPIRED),),
           reasons=('certificate-expired',)),
    Domain('plain-future', 'encrypted', 'certificate not valid yet', (Host(cert=Cert(dates='future')),)),
    Domain('plain-wrong-name', 'encrypted', 'certificate for another host', (Host(cert=WRONG_NAME),),
           reasons=('certificate-host-mismatch',)),
    Domain('plain-domain-name', 'encrypted', 'certificate for the domain, not the MX host',
           (Host(cert=Cert(names=('%',))),), reasons=('certificate-host-mismatch',)),
    Domain('plain-cn-only', 'encrypted', 'name in the CN alone proves nothing', (Host(cert=Cert(san=False)),)),
    Domain('plain-nul', 'encrypted', 'NUL in the certificate\'s name: host\\0.elsewhere is not the host',
           (Host(cert=NUL),)),
)

TALK = (
    Domain('no-starttls', 'cleartext', 'clean EHLO without STARTTLS', (Host(starttls='absent'),),
           reasons=('starttls-not-supported',)),
    Domain('starttls-502', 'cleartext', '5xx to STARTTLS', (Host(starttls='502'),),
           reasons=('starttls-not-supported',)),
    Domain('ehlo-502', 'cleartext', 'knows no EHLO, so no STARTTLS either', (Host(ehlo='502', starttls='absent'),),
           accept=('unknown',)),
    Domain('ehlo-lower-case', 'certified', 'keywords have no case', (Host(ehlo='lower-case'),)),
    Domain('ehlo-endless', 'unknown', 'an EHLO reply without end is cut off', (Host(ehlo='endless'),)),
    Domain('greeting-multi-line', 'certified', 'greeting of three lines', (Host(greeting='multi-line'),)),
    Domain('greeting-slow', 'certified', 'greets after a second', (Host(greeting='slow'),), slow=True),
    Domain('greeting-421', 'unknown', '4xx greeting and closes', (Host(greeting='421'),)),
    Domain('greeting-451', 'unknown', '4xx greeting', (Host(greeting='451'),)),
    Domain('greeting-554', 'unknown', '5xx greeting: refuses us, says nothing of TLS', (Host(greeting='554'),)),
    Domain('greeting-garbage', 'unknown', 'does not speak SMTP', (Host(greeting='garbage'),)),
    Domain('greeting-tarpit', 'unknown', 'greeting without end', (Host(greeting='tarpit'),), slow=True),
    Domain('host-silent', 'unknown', 'connects and says nothing', (Host(listen='silent'),), slow=True),
    Domain('host-closes', 'unknown', 'hangs up at once', (Host(listen='closed'),)),
    Domain('host-refuses', 'unknown', 'connection refused', (Host(listen='refused'),)),
    Domain('host-full', 'unknown', 'connection neither made nor refused', (Host(listen='full'),), slow=True),
    Domain('starttls-454', 'unknown', '454 is temporary', (Host(starttls='454'),)),
    Domain('starttls-garbage', 'unknown', 'no TLS behind 220', (Host(starttls='garbage'),)),
    Domain('starttls-injection', 'unknown', 'clear bytes behind 220: somebody meddles', (Host(starttls='injection'),)),
    Domain('tls10-only', 'unknown', 'TLS 1.0 is not spoken with', (Host(tls='1.0'),)),
    Domain('requiretls', 'certified', 'keyword after TLS', (Host(requiretls='after'),), requiretls=True),
    Domain('requiretls-both', 'certified', 'keyword before and after', (Host(requiretls='both'),), requiretls=True),
    Domain('requiretls-before', 'certified', 'keyword before TLS is worthless', (Host(requiretls='before'),),
           requiretls=False),
    Domain('requiretls-one-of-two', 'certified', 'only one host announces it',
           (Host(requiretls='after'), Host(name='mx2')), requiretls=False),
    Domain('requiretls-unseen', 'unknown', 'the second host was not seen',
           (Host(requiretls='after'), Host(name='mx2', listen='refused')), requiretls=None),
)

SEVERAL = (
    Domain('two-good', 'certified', 'both valid', (Host(), Host(name='mx2'))),
    Domain('two-encrypted', 'encrypted', 'the weakest counts: self-signed', (Host(), Host(name='mx2', cert=SELF))),
    Domain('two-cleartext', 'cleartext', 'the weakest counts: no STARTTLS',
           (Host(), Host(name='mx2', starttls='absent'))),
    Domain('two-one-refuses', 'unknown', 'the second host was not seen', (Host(), Host(name='mx2', listen='refused'))),
    Domain('two-clear-refuses', 'cleartext', 'one clear host is enough',
           (Host(starttls='absent'), Host(name='mx2', listen='refused'))),
    Domain('two-no-address', 'certified', 'a host without address takes no mail from anybody',
           (Host(), '20 nowhere.@.'), accept=('unknown',)),
    Domain('same-host-twice', 'certified', 'one host in two MX records', (Host(), '20 mx.@.')),
    Domain('address-down', 'certified', 'one of two addresses refuses, the other serves',
           (Host(addresses=(4, Host(listen='refused'))),), accept=('unknown',)),
    Domain('address-differs', 'encrypted', 'the second address shows another certificate',
           (Host(addresses=(4, Host(cert=SELF))),)),
    Domain('address-clear', 'cleartext', 'the second address has no STARTTLS',
           (Host(addresses=(4, Host(starttls='absent'))),)),
    Domain('ipv6-only', 'certified', 'AAAA alone is an address', (Host(addresses=(6,)),), ipv6=True),
    Domain('dual-stack', 'certified', 'both families serve', (Host(addresses=(4, 6)),), ipv6=True),
    Domain('mx-105', 'cleartext', 'the last of 105 hosts is clear; a ceiling may not hide that',
           (Host(name='host', cert=Cert(names=('*.%',))),) + tuple(f'{10 + n} mx{n:03}.@.' for n in range(103))
           + (Host(name='clear', starttls='absent'),), accept=('unknown',),
           records=tuple((f'mx{n:03}', 'CNAME', 'host.@.') for n in range(103))),
)

ROUTES = (
    Domain('null-mx', 'unroutable', 'null MX', ('0 .',)),
    Domain('null-mx-signed', 'unroutable', 'null MX, signed', ('0 .',), signed=True),
    Domain('null-mx-expired', 'failing', 'null MX with an expired signature proves nothing', ('0 .',), signed=True,
           faults=(('', 'MX', 'expired'),), dnssec='bogus', reasons=('dnssec-invalid',), unprobed='failing'),
    Domain('no-such-domain', 'unroutable', 'NXDOMAIN', zone='plain', dnssec='secure'),
    Domain('missing.plain', 'unroutable', 'NXDOMAIN in an unsigned zone', zone='plain'),
    Domain('no-mx-no-address', 'unroutable', 'exists, without MX and address', records=(('', 'TXT', '"v=spf1 -all"'),)),
    Domain('mx-nowhere', 'unroutable', 'the only MX host does not exist', ('10 nowhere.@.',)),
    Domain('mx-no-address', 'unroutable', 'the only MX host has no address', ('10 mx.@.',),
           records=(('mx', 'TXT', '"no address"'),)),
    Domain('mx-number', 'unroutable', 'an address in the place of a host name', ('10 127.0.0.1.',),
           accept=('unknown',)),
    Domain('implicit', 'certified', 'no MX: the domain\'s own address (RFC 5321 5.1)', (Host(name=''),),
           implicit=True),
    Domain('implicit-clear', 'cleartext', 'no MX, no STARTTLS', (Host(name='', starttls='absent'),), implicit=True),
    Domain('mx-alias', 'certified', 'MX is a CNAME; certificate for the MX name', (Host(alias='real'),)),
    Domain('mx-alias-loop', 'unroutable', 'MX is a CNAME in a circle', ('10 mx.@.',), accept=('unknown',),
           records=(('mx', 'CNAME', 'xm.@.'), ('xm', 'CNAME', 'mx.@.'))),
    Domain('circle.alias', 'unknown', 'the domain is a CNAME in a circle', zone='alias', accept=('unroutable',),
           dnssec=None, records=(('circle', 'CNAME', 'elcric.alias.test.'), ('elcric', 'CNAME', 'circle.alias.test.'))),
    Domain('plain.alias', 'certified', 'the domain is a CNAME', zone='alias',
           records=(('plain', 'CNAME', 'plain.test.'),)),
    Domain('any.wildcard', 'certified', 'MX from a wildcard', zone='wildcard',
           records=(('*', 'MX', '10 mx.plain.test.'),)),
    Domain('deep.er.sub', 'certified', 'a domain three labels down', (Host(),), zone='sub'),
    Domain('xn--bcher-kva', 'certified', 'internationalised name (bücher.test)', (Host(),)),
    Domain('truncated', 'certified', 'MX comes over TCP only', (Host(),), events=(('truncated', '', 'MX', None),)),
    Domain('dns-slow', 'certified', 'MX answered after a second', (Host(),), slow=True,
           events=(('delays', '', 'MX', 1.0),)),
    Domain('dns-silent', 'unknown', 'no answer for MX', (Host(),), events=(('silent', '', 'MX', None),), slow=True,
           dnssec=None),
    Domain('dns-servfail', 'unknown', 'SERVFAIL for MX', (Host(),), events=(('servfail', '', 'MX', None),),
           dnssec=None),
    Domain('dns-servfail-address', 'unknown', 'SERVFAIL for the host\'s address', (Host(),), dnssec=None,
           events=(('servfail', 'mx', 'A', None), ('servfail', 'mx', 'AAAA', None))),
)

CHANGES = (
    Domain('was-certified', 'certified', 'valid at first', (Host(),), later=Domain(
        'was-certified', 'encrypted', 'the certificate has expired since: the lock trips', (Host(cert=EXPIRED),))),
    Domain('was-encrypted', 'encrypted', 'self-signed at first', (Host(cert=SELF),), later=Domain(
        'was-encrypted', 'certified', 'valid now', (Host(),))),
    Domain('was-certified-stripped', 'certified', 'valid at first', (Host(cert=PUBLIC),), later=Domain(
        'was-certified-stripped', 'cleartext', 'STARTTLS has gone: the lock trips', (Host(starttls='absent'),))),
    Domain('was-certified-down', 'certified', 'valid at first', (Host(),), later=Domain(
        'was-certified-down', 'unknown', 'refuses now: never trips the lock', (Host(listen='refused'),))),
)

PLAIN = CERTIFICATES + TALK + SEVERAL + ROUTES + CHANGES
