"""What stamps are sealed with: a chain of certificates, and the private key of the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from creditline.errors import Misconfigured

CERTIFICATE_SETTING = "CREDITLINE_STAMP_CERTIFICATE"
KEY_SETTING = "CREDITLINE_STAMP_KEY"

_BYTES_MAX = 1024 * 1024
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_ASK = "Use PEM files: certificates from the signer's upwards, and an unencrypted key on P-256, P-384, P-521, Ed25519 or RSA."


@dataclass(frozen=True)
class Credential:
    """`algorithm` as C2PA calls it, `certificates` in PEM with the signer's first, `key` in PEM (PKCS 8)."""

    algorithm: str
    certificates: bytes
    key: bytes = field(repr=False)


def load_credential(certificates: Path, key: Path) -> Credential:
    """Read and check both files. Raises `Misconfigured`; refuses a key that others may read."""
    chain, secret = _read(certificates, CERTIFICATE_SETTING), _read(key, KEY_SETTING)
    mode = key.stat().st_mode & 0o777
    if mode & 0o077:
        raise Misconfigured(
            f"Others on this machine may read the key {key} (mode {mode:o}).", f"Run: chmod 600 {key}"
        )
    try:
        signer, private = x509.load_pem_x509_certificates(chain)[0], load_pem_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause is dropped on purpose: it may show what was parsed.
        raise Misconfigured(f"{certificates} and {key} are no certificate and key.", _ASK) from None
    if _public(signer.public_key()) != _public(private.public_key()):
        raise Misconfigured(
            f"The key {key} is not that of the first certificate in {certificates}.",
            f"Correct {CERTIFICATE_SETTING} or {KEY_SETTING}.",
        )
    if not signer.not_valid_before_utc <= datetime.now(UTC) <= signer.not_valid_after_utc:
        raise Misconfigured(
            f"The certificate in {certificates} is valid from {signer.not_valid_before_utc:%Y-%m-%d} "
            f"to {signer.not_valid_after_utc:%Y-%m-%d}.",
            "Have it renewed.",
        )
    pkcs8 = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Credential(_algorithm(private, key), chain, pkcs8)


def _read(path: Path, setting: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_BYTES_MAX)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}.", f"Correct {setting}.") from None


def _algorithm(key: object, path: Path) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise Misconfigured(f"C2PA signs with no key like {path}.", _ASK)


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded
