"""A certificate authority of this installation, for networks without one: its certificate is added to browsers once.

The authority lasts ten years and makes no further authorities; the certificate of the web service lasts a year and is
made anew a month before its end, or when the machine has another name or address.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = timedelta(days=3650)
CERTIFICATE = timedelta(days=365)
RENEWED = timedelta(days=30)
NOT_CRITICAL, CRITICAL = False, True


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """The certificate and key of the web service, and the authority's certificate for browsers."""

    certificate: Path
    key: Path
    authority: Path


def certificate_files(folder: Path, names: Sequence[str], now: datetime) -> CertificateFiles:
    """The files in this folder, made or renewed where that is needed."""
    files = CertificateFiles(folder / "web.crt", folder / "web.key", folder / "ca.crt")
    authority_key = folder / "ca.key"
    if not (files.authority.exists() and authority_key.exists()):
        _make_authority(files.authority, authority_key, now)
    if not _still_good(files.certificate, files.key, names, now):
        _make_certificate(files, authority_key, names, now)
    return files


def names_of_this_machine() -> list[str]:
    """All names and addresses by which the machine may be called, in a fixed order."""
    addresses = {
        assigned.address.partition("%")[0]
        for interface in psutil.net_if_addrs().values()
        for assigned in interface
        if assigned.family in (socket.AF_INET, socket.AF_INET6)
    }
    names = {"localhost", socket.gethostname().lower(), socket.getfqdn().lower()}
    return sorted(name for name in names if name) + sorted(addresses | {"127.0.0.1"})


def _make_authority(path: Path, key_path: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Energy Billing on {socket.gethostname()}")
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = _builder(name, name, key.public_key(), now, AUTHORITY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), CRITICAL)
    builder = builder.add_extension(usage, CRITICAL)
    _write_key(key_path, key)
    _write(path, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), 0o644)


def _make_certificate(files: CertificateFiles, authority_key: Path, names: Sequence[str], now: datetime) -> None:
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{authority_key} holds no key of ours")
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(names[0]), authority.subject, key.public_key(), now, CERTIFICATE)
    builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), NOT_CRITICAL)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), CRITICAL)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), NOT_CRITICAL)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), NOT_CRITICAL
    )
    _write_key(files.key, key)
    _write(files.certificate, builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), 0o644)


def _still_good(path: Path, key: Path, names: Sequence[str], now: datetime) -> bool:
    if not (path.exists() and key.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return certificate.not_valid_after_utc - now > RENEWED and {_alternative(name) for name in names} <= set(held)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), NOT_CRITICAL)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    _write(path, key.private_bytes(*pem), 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    unfinished = path.with_suffix(path.suffix + ".part")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    unfinished.replace(path)
