"""A credential for the local chain, from an authority that exists for it alone and that nobody trusts.

authority.pem      the authority's certificate; whoever names it trusted sees the stamps as trusted
certificate.pem    the signer's certificate and the authority's
key.pem            the signer's key, readable by its owner alone
"""

from __future__ import annotations

import logging
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from creditline.stamping.credential import CERTIFICATE_SETTING, KEY_SETTING, Credential, load_credential

log = logging.getLogger(__name__)

# Stamps carry no time of a third party, so they hold no longer than this.
_VALID = timedelta(days=3650)
# Two machines' clocks may differ a little.
_EARLIER = timedelta(hours=1)


def development_credential(folder: Path) -> Credential:
    """Made on first use, and the same ever after, whichever process comes first."""
    if not folder.exists():
        _make(folder)
    log.warning(
        "FOR DEVELOPMENT ONLY: stamped images are sealed by an authority made up in %s, which nobody trusts. "
        "Set %s and %s for real ones.",
        folder,
        CERTIFICATE_SETTING,
        KEY_SETTING,
    )
    return load_credential(folder / "certificate.pem", folder / "key.pem")


def _make(folder: Path) -> None:
    """All of it, or nothing: the files are written beside their place and moved there in one step."""
    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True, exist_ok=True)
    try:
        _write(draft)
        draft.rename(folder)
    except OSError:
        # Another process was first: then its credential counts.
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(folder: Path) -> None:
    # The authority's key is forgotten here, so that it can never vouch for anything else.
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certify("authority", authority_key.public_key(), authority_key, is_authority=True)
    signer = _certify("signer", key.public_key(), authority_key, is_authority=False)
    (folder / "authority.pem").write_bytes(_pem(authority))
    (folder / "certificate.pem").write_bytes(_pem(signer) + _pem(authority))
    secret = folder / "key.pem"
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certify(
    role: str, public: ec.EllipticCurvePublicKey, signing: ec.EllipticCurvePrivateKey, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(role))
        .issuer_name(_name("authority"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if not is_authority:
        # C2PA wants a purpose named; this is the one that its certificates commonly have.
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(signing, hashes.SHA256())


def _name(role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Creditline, for development only"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Development {role}"),
        ]
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
