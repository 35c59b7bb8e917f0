"""Certificates made when they are needed, so that nothing in the tree expires.

An Authority makes its own root and leaves of every kind a server may show; each is one PEM file with key and chain.
"""
import datetime
import ipaddress
import os
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# What is wrong with a leaf, by the name tests call it.
KINDS = {
    "good": {},
    "wrong-name": {"names": ("elsewhere.example",)},
    "expired": {"start": -30, "end": -1},
    "not-yet-valid": {"start": 1, "end": 30},
    "self-signed": {"self_signed": True},
    "unknown-authority": {"other_root": True},
    "common-name-only": {"names": ()},
    "wildcard": {"names": ("*.example.org",)},
    "weak-key": {"weak": True},
    "other-address": {"names": ("127.0.0.9",)},
}


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(key, *certificates):
    parts = [key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                               serialization.NoEncryption())]
    return b"".join(parts + [c.public_bytes(serialization.Encoding.PEM) for c in certificates])


def _builder(subject, issuer, key, start, end):
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + start * DAY).not_valid_after(now + end * DAY))


class Authority:
    def __init__(self, directory):
        self.directory = directory
        self._lock = threading.Lock()
        self._key, self._root = self._make_root("Postern test root")
        self._other_key, self._other_root = self._make_root("Somebody else's root")
        self.root = os.path.join(directory, "root.pem")
        with open(self.root, "wb") as stream:
            stream.write(self._root.public_bytes(serialization.Encoding.PEM))

    @staticmethod
    def _make_root(name):
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
                              key_encipherment=False, data_encipherment=False, key_agreement=False,
                              encipher_only=False, decipher_only=False)
        root = (_builder(_name(name), _name(name), key, -40, 40)
                .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                .add_extension(usage, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                .sign(key, hashes.SHA256()))
        return key, root

    def leaf(self, kind="good", **changes):
        """Path of the PEM file for a kind; changes (names=…) make a variant of it."""
        label = kind + "".join(f"-{value}" for value in changes.values()).translate(str.maketrans("(),'*: /", "________"))
        path = os.path.join(self.directory, f"{label}.pem")
        with self._lock:
            if not os.path.exists(path):
                with open(path, "wb") as stream:
                    stream.write(self._make_leaf(**{**KINDS[kind], **changes}))
        return path

    def _make_leaf(self, names=LOOPBACK, start=-1, end=30, self_signed=False, other_root=False, weak=False):
        key = rsa.generate_private_key(65537, 1024) if weak else ec.generate_private_key(ec.SECP256R1())
        subject = _name("localhost")
        root, root_key = (self._other_root, self._other_key) if other_root else (self._root, self._key)
        issuer, signer = (subject, key) if self_signed else (root.subject, root_key)
        builder = _builder(subject, issuer, key, start, end)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        if names:
            names = x509.SubjectAlternativeName([_general_name(name) for name in names])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(signer, hashes.SHA256())
        return _pem(key, certificate) if self_signed else _pem(key, certificate, root)
