"""An operator's certificate is checked before anything starts, and its key is shown to nobody."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from creditline.errors import Misconfigured
from creditline.stamping.credential import load_credential
from creditline.stamping.reader import read
from creditline.stamping.stamper import Stamper
from tests.stamping.certificates import certify, spell, write
from tests.stamping.samples import picture, receipt_for

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (KEY, "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
        (rsa.generate_private_key(65537, 2048), "ps256"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_key_that_c2pa_knows_seals(tmp_path, key, algorithm):
    credential = load_credential(*write(tmp_path, certify(key), spell(key)))
    assert credential.algorithm == algorithm
    stamper, data = Stamper(credential), picture()
    stamped = stamper.stamp(data, receipt_for(data)).data
    stamper.close()
    assert read(stamped).seal.state == "valid"
    assert read(stamped).seal.signer == "An operator"


def test_a_key_in_the_older_layout_seals(tmp_path):
    older = spell(KEY, layout=PrivateFormat.TraditionalOpenSSL)
    assert b"BEGIN EC PRIVATE KEY" in older
    stamper = Stamper(load_credential(*write(tmp_path, certify(KEY), older)))
    stamper.prove()
    stamper.close()


@pytest.mark.parametrize(
    ("certificate", "key", "mode", "complaint"),
    [
        (certify(KEY), spell(KEY), 0o640, "chmod 600"),
        (certify(KEY), spell(OTHER), 0o600, "not that of the first certificate"),
        (certify(KEY), spell(KEY, password=b"secret"), 0o600, "no certificate and key"),
        (certify(KEY), b"hello", 0o600, "no certificate and key"),
        (b"hello", spell(KEY), 0o600, "no certificate and key"),
        (b"", spell(KEY), 0o600, "no certificate and key"),
        (certify(KEY, days=(-30, -1)), spell(KEY), 0o600, "is valid from .* to"),
        (certify(KEY, days=(2, 30)), spell(KEY), 0o600, "is valid from .* to"),
    ],
    ids=["open", "other", "encrypted", "no-key", "no-certificate", "empty", "expired", "early"],
)
def test_a_wrong_pair_is_refused(tmp_path, certificate, key, mode, complaint):
    with pytest.raises(Misconfigured, match=complaint) as refused:
        load_credential(*write(tmp_path, certificate, key, mode))
    assert spell(KEY).decode().splitlines()[1] not in str(refused.value)


def test_a_curve_that_c2pa_does_not_know_is_refused(tmp_path):
    small = ec.generate_private_key(ec.SECP224R1())
    with pytest.raises(Misconfigured, match="no key like"):
        load_credential(*write(tmp_path, certify(small), spell(small)))


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_file_is_named_with_its_setting(tmp_path, missing):
    paths = write(tmp_path, certify(KEY), spell(KEY))
    paths[missing].unlink()
    with pytest.raises(Misconfigured, match=paths[missing].name) as refused:
        load_credential(*paths)
    assert ("CREDITLINE_STAMP_CERTIFICATE", "CREDITLINE_STAMP_KEY")[missing] in refused.value.next_step


@pytest.mark.parametrize(
    "certificate",
    [
        certify(KEY, purpose=None),
        certify(KEY, purpose=ExtendedKeyUsageOID.SERVER_AUTH),
        certify(KEY, signs=False),
    ],
    ids=["no-purpose", "web-server", "may-not-sign"],
)
def test_a_certificate_that_is_for_something_else_is_found_out_by_trying(tmp_path, certificate):
    stamper = Stamper(load_credential(*write(tmp_path, certificate, spell(KEY))))
    with pytest.raises(Misconfigured, match="does not accept the certificate"):
        stamper.prove()
    stamper.close()


def test_the_key_is_in_no_text_of_it(tmp_path):
    credential = load_credential(*write(tmp_path, certify(KEY), spell(KEY)))
    assert "PRIVATE" not in repr(credential)
