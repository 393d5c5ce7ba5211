"""A certificate authority for tests and first set-ups: it signs what listens. Not for the day a
trust's own authority is there."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from middleware.ops.errors import Trouble
from middleware.ops.private_files import read_private, write_private
from middleware.ports import Clock

AUTHORITY = "ca"
AUTHORITY_LASTS = timedelta(days=3650)
EARLIER = timedelta(hours=1)
"""So that a clock that is a little behind takes it."""


class Authority:
    """`ca.pem` and `ca.key` in a folder; made when they are not there. Raises Trouble."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        certificate = read_private(folder / f"{AUTHORITY}.pem")
        key = read_private(folder / f"{AUTHORITY}.key")
        if (certificate is None) != (key is None):
            raise Trouble(
                f"of {AUTHORITY}.pem and {AUTHORITY}.key one is missing in {folder}",
                "bring it back, or delete the other and begin with a new authority",
            )
        if certificate is None or key is None:
            self._certificate, self._key = self._make()
            self._write(AUTHORITY, self._certificate, self._key)
            return
        try:
            self._certificate = x509.load_pem_x509_certificate(certificate)
            loaded = load_pem_private_key(key, None)
        except (ValueError, TypeError):
            loaded = None
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise Trouble(
                f"{AUTHORITY}.pem and {AUTHORITY}.key in {folder} are not of this authority",
                "name another folder",
            )
        self._key = loaded

    def sign(self, name: str, also: tuple[str, ...], lasts: timedelta) -> None:
        """`NAME.pem` and `NAME.key` for a server of that name or address; replaces older ones."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_general(one) for one in (name, *also)])
        certificate = (
            self._begin(name, key, lasts)
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, SHA256())
        )
        self._write(name, certificate, key)

    def _make(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        certificate = (
            self._begin("Forewarn test authority", self._key, AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, SHA256())
        )
        return certificate, self._key

    def _begin(
        self, name: str, key: ec.EllipticCurvePrivateKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        now, subject = self._clock.now(), _called(name)
        issuer = subject if key is self._key else self._certificate.subject
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - EARLIER)
            .not_valid_after(now + lasts)
        )

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> None:
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(self._folder / f"{name}.key", private)
        write_private(self._folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM))


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
