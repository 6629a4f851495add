"""Certificates as an operator may have them, good and bad."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_KEY = ec.generate_private_key(ec.SECP256R1())


def name(text):
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def certify(key, *, days=(-1, 30), purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION, signs=True):
    """A signer's certificate in PEM, good but for what is asked for."""
    now = datetime.now(UTC)
    usage = x509.KeyUsage(signs, False, not signs, False, False, False, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("An operator"))
        .issuer_name(name("An authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(AUTHORITY_KEY.public_key()), critical=False
        )
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return builder.sign(AUTHORITY_KEY, hashes.SHA256()).public_bytes(Encoding.PEM)


def spell(key, password=b"", layout=PrivateFormat.PKCS8):
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, layout, protection)


def write(folder, certificate, key, mode=0o600):
    """The two files that the settings name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "certificate.pem", folder / "key.pem"
    for path, text in zip(paths, (certificate, key), strict=True):
        path.write_bytes(text)
    paths[1].chmod(mode)
    return paths
