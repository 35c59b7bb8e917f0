"""Certificates of the test world: a trusted and an untrusted authority, and leaves with every fault.

Everything is made at start, so nothing in the tree expires. A `Cert` says what a host shows; `Authorities.issue`
makes it: PEM with the key for the server, and the certificates that TLSA records speak of.
"""
import datetime
import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
VALIDITY = {'now': (-2, 30), 'expired': (-60, -10), 'future': (10, 60)}


@dataclass(frozen=True)
class Cert:
    """What a server shows. In `names` @ is the host, % the domain; `chain` names what follows the leaf."""
    issuer: str = 'public'  # public (trusted), private (nobody trusts it), self
    names: tuple = ('@',)
    dates: str = 'now'
    san: bool = True  # without: the name is in the CN only
    chain: tuple = ('inter',)


PUBLIC = Cert()
SELF = Cert(issuer='self', chain=())
PRIVATE = Cert(issuer='private', chain=('inter', 'root'))


@dataclass
class Identity:
    """An issued certificate: `pem` has the key and the chain as sent; `parts` what a TLSA record may speak of."""
    pem: bytes
    parts: dict


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _build(subject, key, issuer_name, issuer_key, dates, extensions):
    now = datetime.datetime.utcnow()
    begin, end = VALIDITY[dates]
    builder = (x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(issuer_name)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now + begin * DAY).not_valid_after(now + end * DAY))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _new_key():
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    """A root and one intermediate below it."""

    def __init__(self, title):
        self.root_key, self.inter_key = _new_key(), _new_key()
        is_ca = [(x509.BasicConstraints(True, None), True)]
        self.root = _build(title + ' root', self.root_key, _name(title + ' root'), self.root_key, 'now', is_ca)
        self.inter = _build(title + ' intermediate', self.inter_key, self.root.subject, self.root_key, 'now', is_ca)


class Authorities:
    def __init__(self):
        self.public = Authority('World public')
        self.private = Authority('World private')

    def ca_pem(self):
        return self.public.root.public_bytes(serialization.Encoding.PEM)

    def issue(self, cert, host, domain):
        names = [name.replace('@', host).replace('%', domain) for name in cert.names]
        key = _new_key()
        extensions = [(x509.BasicConstraints(False, None), True),
                      (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]
        if cert.san:
            extensions.append((x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False))
        authority = self.private if cert.issuer == 'private' else self.public
        subject = names[0].replace('\0', '')
        if cert.issuer == 'self':
            leaf = _build(subject, key, _name(subject), key, cert.dates, extensions)
        else:
            leaf = _build(subject, key, authority.inter.subject, authority.inter_key, cert.dates, extensions)
        parts = {'leaf': leaf, 'inter': authority.inter, 'root': authority.root, 'private-root': self.private.root}
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
        for part in ('leaf',) + cert.chain:
            pem += parts[part].public_bytes(serialization.Encoding.PEM)
        return Identity(pem, parts)


def tlsa(identity, text):
    """The TLSA rdata of "USAGE SELECTOR MATCHING [PART]"; PART is of `Identity.parts` or a fault.

    Faults: `other` (a digest of something else), `short` (one octet less), `junk` (data of no certificate)."""
    usage, selector, matching, *rest = text.split()
    part = rest[0] if rest else ('root' if usage in '02' else 'leaf')
    certificate = identity.parts.get(part, identity.parts['leaf'])
    if selector == '1':
        data = certificate.public_key().public_bytes(serialization.Encoding.DER,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        data = certificate.public_bytes(serialization.Encoding.DER)
    if part == 'other':
        data = b'other' + data
    elif part == 'junk':
        data = b'no certificate'
    if matching == '1':
        data = hashlib.sha256(data).digest()
    elif matching == '2':
        data = hashlib.sha512(data).digest()
    if part == 'short':
        data = data[:-1]
    return f'{usage} {selector} {matching} {data.hex()}'
