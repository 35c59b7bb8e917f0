"""Domains with MTA-STS (RFC 8461), alone and beside DANE; unsigned unless a row says otherwise."""
from certificates import SELF, Cert
from domain import Domain
from mx_hosts import Host
from policy_sites import LIMIT, Sts

FETCH, INVALID, WEB_PKI = 'sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid'
HTML = b'<!DOCTYPE html><html><body>mode: enforce</body></html>\n'
NUL = Cert(names=('@\0.elsewhere.test',))
BINARY = bytes(range(256)) * 8


def enforced(name, why, sts=None, mx=(Host(),), outlook='verified', **more):
    return Domain(name, outlook, why, mx, sts=sts or Sts(), authenticated=('mta-sts',), **more)


def ignored(name, why, sts, *reasons, mx=(Host(),), **more):
    """No policy can be had: as if there were none (RFC 8461 3.3), and that is told."""
    return Domain(name, 'certified', why, mx, sts=sts, reasons=reasons, authenticated=(), **more)


def fails(name, why, mx=(Host(),), sts=None, unprobed='policy', **more):
    return Domain(name, 'failing', why, mx, sts=sts or Sts(), unprobed=unprobed, **more)


def policy(*lines):
    return ''.join(line + '\r\n' for line in lines).encode()


APPLIED = (
    enforced('sts', 'policy in force, host listed, certificate valid'),
    enforced('sts-lf', 'lines end in LF alone', Sts(line_end='\n')),
    enforced('sts-64k', 'exactly 64 KB', Sts(pad_to=LIMIT)),
    enforced('sts-charset', 'text/plain with a parameter', Sts(content_type='text/plain; charset=utf-8')),
    enforced('sts-site-wildcard', 'policy site with a wildcard certificate', Sts(cert=Cert(names=('*.%',)))),
    enforced('sts-site-alias', 'mta-sts is a CNAME; the certificate is still for mta-sts', Sts(site_alias=True)),
    enforced('sts-txt-alias', 'the TXT record is reached over a CNAME', Sts(txt_alias=True)),
    enforced('sts-txt-split', 'TXT record in two strings', Sts(txt=('"v=STSv1; i" "d=1;"',))),
    enforced('sts-txt-others', 'other TXT records beside it', Sts(txt=('"v=STSv1; id=1;"', '"v=spf1 -all"'))),
    enforced('sts-txt-fields', 'unknown fields are ignored', Sts(txt=('"v=STSv1; id=1; future=yes;"',))),
    enforced('sts-twice', 'of a repeated field the first counts', Sts(body=policy(
        'version: STSv1', 'mode: enforce', 'mode: none', 'mx: mx.@', 'max_age: 86400', 'max_age: 1'))),
    enforced('sts-mx-wildcard', '*.domain covers one label', Sts(mx=('*.@',))),
    enforced('sts-mx-case', 'host names have no case', Sts(mx=('MX.@',))),
    enforced('sts-one-unlisted', 'a sender skips the host that is not listed',
             mx=(Host(), Host(name='mx2', cert=SELF))),
    enforced('sts-one-bad', 'a sender skips the host that does not meet it', Sts(mx=('*.@',)),
             (Host(cert=SELF), Host(name='mx2'))),
    enforced('sts-requiretls', 'keyword after TLS', mx=(Host(requiretls='after'),), requiretls=True),
    enforced('xn--mller-kva', 'internationalised name, A-labels in the policy'),
    enforced('sts-451', '4xx greeting; the policy binds', mx=(Host(greeting='451'),), outlook='policy',
             accept=('unknown',)),
    enforced('sts-454', '454 is temporary; the policy binds', mx=(Host(starttls='454'),), outlook='policy',
             accept=('unknown',)),
    enforced('sts-silent-host', 'silent; the policy binds', mx=(Host(listen='silent'),), outlook='policy',
             accept=('unknown',), slow=True),
)

NOT_BINDING = (
    ignored('sts-testing', 'testing binds nobody', Sts(mode='testing')),
    ignored('sts-testing-unlisted', 'testing binds nobody, the host is not listed',
            Sts(mode='testing', mx=('other.@',))),
    ignored('sts-none', 'mode none', Sts(mode='none', mx=())),
    Domain('sts-testing-self', 'encrypted', 'testing binds nobody', (Host(cert=SELF),), sts=Sts(mode='testing')),
    Domain('sts-testing-clear', 'cleartext', 'testing forbids nothing', (Host(starttls='absent'),),
           sts=Sts(mode='testing')),
    ignored('sts-redirect', 'redirects are not followed', Sts(site='redirect'), FETCH),
    ignored('sts-404', 'status 404', Sts(status=404), FETCH),
    ignored('sts-500', 'status 500', Sts(status=500), FETCH),
    ignored('sts-203', 'only status 200 counts', Sts(status=203), FETCH),
    ignored('sts-wrong-type', 'media type text/html', Sts(content_type='text/html'), f'{FETCH}|{INVALID}'),
    ignored('sts-html', 'an HTML page with 200', Sts(content_type='text/html', body=HTML), f'{FETCH}|{INVALID}'),
    ignored('sts-html-as-text', 'an HTML page as text/plain', Sts(body=HTML), INVALID),
    ignored('sts-oversize', '64 KB and one octet', Sts(pad_to=LIMIT + 1), f'{FETCH}|{INVALID}'),
    ignored('sts-site-expired', 'certificate of the site expired', Sts(cert=Cert(dates='expired')), WEB_PKI),
    ignored('sts-site-self', 'certificate of the site self-signed', Sts(cert=SELF), WEB_PKI),
    ignored('sts-site-wrong-name', 'certificate of the site for the domain only', Sts(cert=Cert(names=('%',))),
            WEB_PKI),
    ignored('sts-site-cn-only', 'certificate of the site without DNS names', Sts(cert=Cert(san=False)), WEB_PKI),
    ignored('sts-site-nul', 'NUL in the name on the site\'s certificate', Sts(cert=NUL), WEB_PKI),
    ignored('sts-site-drips', 'an octet every half second', Sts(site='drip'), FETCH, slow=True),
    ignored('sts-site-silent', 'connects and says nothing', Sts(site='silent'), FETCH, slow=True),
    ignored('sts-site-closes', 'hangs up', Sts(site='closed'), FETCH),
    ignored('sts-site-gone', 'no address for the site', Sts(site='gone'), FETCH),
    ignored('sts-binary', 'binary data', Sts(body=BINARY), INVALID),
    ignored('sts-empty', 'empty', Sts(body=b''), INVALID),
    ignored('sts-bom', 'byte order mark before the version',
            Sts(body=b'\xef\xbb\xbf' + policy('version: STSv1', 'mode: enforce', 'mx: mx.@', 'max_age: 86400')),
            INVALID),
    ignored('sts-no-version', 'no version', Sts(body=policy('mode: enforce', 'mx: mx.@', 'max_age: 86400')), INVALID),
    ignored('sts-version-2', 'another version',
            Sts(body=policy('version: STSv2', 'mode: enforce', 'mx: mx.@', 'max_age: 86400')), INVALID),
    ignored('sts-no-mode', 'no mode', Sts(body=policy('version: STSv1', 'mx: mx.@', 'max_age: 86400')), INVALID),
    ignored('sts-no-age', 'no max_age', Sts(body=policy('version: STSv1', 'mode: enforce', 'mx: mx.@')), INVALID),
    ignored('sts-no-mx', 'enforce without a host', Sts(mx=()), INVALID),
    ignored('sts-mode-case', 'modes are written small', Sts(mode='ENFORCE'), INVALID),
    ignored('sts-mode-other', 'no such mode', Sts(mode='strict'), INVALID),
    ignored('sts-age-large', 'max_age over a year', Sts(max_age='31557601'), INVALID),
    ignored('sts-age-negative', 'max_age below zero', Sts(max_age='-1'), INVALID),
    enforced('sts-age-zero', 'max_age 0: good for now, not kept', Sts(max_age='0'), accept=('certified',)),
    ignored('sts-txt-two', 'two records of STSv1', Sts(txt=('"v=STSv1; id=1;"', '"v=STSv1; id=2;"'))),
    ignored('sts-txt-no-id', 'no id', Sts(txt=('"v=STSv1;"',))),
    ignored('sts-txt-bad-id', 'a dash in the id', Sts(txt=('"v=STSv1; id=2026-01-01;"',))),
    ignored('sts-txt-long-id', 'an id of 33 letters', Sts(txt=(f'"v=STSv1; id={"a" * 33};"',))),
    ignored('sts-txt-version', 'another version', Sts(txt=('"v=STSv2; id=1;"',))),
    ignored('sts-txt-none', 'a policy, but no TXT record', Sts(txt=())),
    Domain('child.sts', 'certified', 'the policy of a parent domain is not the child\'s', (Host(),), zone='sts'),
)

BROKEN = (
    fails('sts-unlisted', 'no host is listed', sts=Sts(mx=('other.@',)), unprobed='failing'),
    fails('sts-wildcard-deep', '*.domain does not cover two labels', (Host(name='a.mx'),), Sts(mx=('*.@',)),
          unprobed='failing'),
    fails('sts-wildcard-bare', '*.domain does not cover the domain', (Host(name=''),), Sts(mx=('*.@',)),
          unprobed='failing'),
    fails('sts-wildcard-two', '*.*.domain is no pattern: invalid, or matches nothing', (Host(name='a.mx'),),
          Sts(mx=('*.*.@',)), unprobed='failing', accept=('certified',)),
    fails('sts-mx-self', 'certificate of the host self-signed', (Host(cert=SELF),),
          reasons=('certificate-not-trusted',)),
    fails('sts-mx-expired', 'certificate of the host expired', (Host(cert=Cert(dates='expired')),),
          reasons=('certificate-expired',)),
    fails('sts-mx-wrong-name', 'certificate of the host for another', (Host(cert=Cert(names=('elsewhere.test',))),),
          reasons=('certificate-host-mismatch',)),
    fails('sts-mx-cn-only', 'certificate of the host without DNS names', (Host(cert=Cert(san=False)),)),
    fails('sts-mx-nul', 'NUL in the name on the host\'s certificate', (Host(cert=NUL),)),
    fails('sts-mx-clear', 'no STARTTLS under enforce', (Host(starttls='absent'),), reasons=('starttls-not-supported',)),
    fails('sts-mx-502', '5xx to STARTTLS under enforce', (Host(starttls='502'),), reasons=('starttls-not-supported',)),
    fails('sts-mx-tls10', 'only outdated TLS under enforce', (Host(tls='1.0'),)),
    fails('sts-bad-and-unlisted', 'the listed host does not meet it, the good one is not listed',
          (Host(cert=SELF), Host(name='mx2'))),
)

BOTH = (
    Domain('both', 'verified', 'DANE and MTA-STS agree', (Host(tlsa=('3 1 1',)),), signed=True, sts=Sts(),
           authenticated=('dane', 'mta-sts')),
    Domain('both-dane-fails', 'failing', 'MTA-STS does not override a DANE mismatch', (Host(tlsa=('3 1 1 other',)),),
           signed=True, sts=Sts(), unprobed='policy'),
    Domain('both-sts-fails', 'verified', 'DANE matches; the host is not listed by MTA-STS', (Host(tlsa=('3 1 1',)),),
           signed=True, sts=Sts(mx=('other.@',)), accept=('failing',)),
    Domain('both-sts-unfetched', 'verified', 'DANE matches; no policy can be had',
           (Host(tlsa=('3 1 1',)),), signed=True, sts=Sts(status=404), reasons=(FETCH,), authenticated=('dane',)),
    Domain('both-unusable', 'certified', 'unusable TLSA is met before MTA-STS is looked at: nobody is authenticated',
           (Host(tlsa=('1 1 1',)),), signed=True, sts=Sts()),
    Domain('both-bogus-tlsa', 'failing', 'MTA-STS does not override bogus TLSA', (Host(tlsa=('3 1 1',)),), signed=True,
           sts=Sts(), faults=(('_25._tcp.mx', 'TLSA', 'expired'),), dnssec='bogus', reasons=('dnssec-invalid',),
           unprobed='failing'),
    Domain('both-insecure-tlsa', 'verified', 'TLSA without DNSSEC is nothing; MTA-STS holds',
           (Host(tlsa=('3 1 1 other',)),), sts=Sts(), authenticated=('mta-sts',)),
    Domain('both-mixed', 'verified', 'MTA-STS covers both hosts, DANE one; a sender of either kind finds a host',
           (Host(tlsa=('3 1 1',), cert=SELF), Host(name='mx2')), signed=True, sts=Sts(mx=('*.@',))),
)

CHANGES = (
    enforced('sts-changed-id', 'enforce at first', later=ignored('sts-changed-id', 'new id: mode none now', Sts(
        id='20260202', mode='none', mx=()))),
    enforced('sts-changed-mx', 'lists mx at first', later=enforced(
        'sts-changed-mx', 'new id lists the new host', Sts(id='20260202', mx=('new.@',)), (Host(name='new'),))),
    enforced('sts-same-id', 'enforce at first', later=enforced(
        'sts-same-id', 'the id is the old one: the kept policy counts until its refresh', Sts(mode='none', mx=()),
        accept=('certified',))),
    enforced('sts-gone', 'fetched at first', later=enforced('sts-gone', 'site gone: the kept policy counts', Sts(
        site='gone'))),
    enforced('sts-gone-new-id', 'fetched at first', later=enforced(
        'sts-gone-new-id', 'new id, site broken: the kept policy counts', Sts(id='20260202', status=500),
        reasons=(FETCH,))),
    enforced('sts-gone-forged', 'fetched at first', later=fails(
        'sts-gone-forged', 'site gone, STARTTLS gone: the kept policy forbids it', (Host(starttls='absent'),),
        Sts(site='gone'), reasons=('starttls-not-supported',))),
    enforced('sts-txt-gone', 'fetched at first', later=enforced(
        'sts-txt-gone', 'TXT record gone: the kept policy counts', Sts(txt=()))),
    ignored('sts-comes', 'site broken at first', Sts(status=500), FETCH, later=enforced(
        'sts-comes', 'new id, site works: asked again after 5 minutes at the latest', Sts(id='20260202'),
        accept=('certified',))),
)

STS = APPLIED + NOT_BINDING + BROKEN + BOTH + CHANGES
