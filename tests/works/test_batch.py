import json

import pytest

from creditline import canonical
from creditline.errors import Invalid, WrongSignature
from creditline.ids import ZERO_ADDRESS
from creditline.typed_data import works_domain
from creditline.works.batch import Batch, compose_batch, read_manifest
from creditline.works.terms import Terms, Training
from tests.works.samples import DOMAIN, REGISTRY, SALT_KEY, is_signed, record, wallet

AIKO, BEN = wallet("aiko"), wallet("ben")


def compose(*seeds: str) -> Batch:
    return compose_batch(
        [record(AIKO.address, seed) for seed in seeds], AIKO.address, 2_000_000_000, SALT_KEY
    )


def signed(*seeds: str) -> Batch:
    batch = compose(*seeds)
    return batch.signed(AIKO.sign(batch.typed_data(DOMAIN)))


def test_the_order_of_a_folder_does_not_matter() -> None:
    assert compose("a", "b", "c").tree().root == compose("c", "a", "b").tree().root


def test_another_salt_key_hides_the_same_works_behind_another_root() -> None:
    other = compose_batch([record(AIKO.address, "a")], AIKO.address, 2_000_000_000, b"else" * 8)
    assert other.tree().root != compose("a").tree().root


def test_a_signed_manifest_reads_back() -> None:
    batch = signed("a", "b", "c")
    assert read_manifest(batch.manifest(DOMAIN), DOMAIN, is_signed) == batch


def test_a_manifest_that_somebody_else_signed_is_refused() -> None:
    batch = compose("a")
    forged = batch.signed(BEN.sign(batch.typed_data(DOMAIN)))
    with pytest.raises(WrongSignature, match="not signed by"):
        read_manifest(forged.manifest(DOMAIN), DOMAIN, is_signed)


def test_a_manifest_for_another_chain_is_refused() -> None:
    elsewhere = works_domain(1, REGISTRY)
    with pytest.raises(Invalid, match="another registry"):
        read_manifest(signed("a").manifest(elsewhere), DOMAIN, is_signed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deadline", 2_000_000_001),
        ("root", "0x" + "00" * 32),
        ("creator", BEN.address),
        ("works", []),
        ("type", "x"),
    ],
)
def test_a_changed_manifest_is_refused(field: str, value: object) -> None:
    document = json.loads(signed("a", "b").manifest(DOMAIN)) | {field: value}
    with pytest.raises(Invalid):
        read_manifest(canonical.encode(document), DOMAIN, is_signed)


def test_a_changed_payee_is_refused() -> None:
    document = json.loads(signed("a").manifest(DOMAIN))
    document["works"][0][2] = BEN.address
    with pytest.raises(Invalid, match="contradicts itself"):
        read_manifest(canonical.encode(document), DOMAIN, is_signed)


def test_other_terms_make_another_root() -> None:
    """The record holds the terms, so what the creator signs commits to them."""
    reserved = record(AIKO.address, "a", Terms("CC0-1.0", Training.FORBIDDEN))
    other = compose_batch([reserved], AIKO.address, 2_000_000_000, SALT_KEY)
    assert other.tree().root != compose("a").tree().root


def test_a_batch_is_one_creators_and_holds_a_file_once() -> None:
    with pytest.raises(Invalid, match="more than one creator"):
        compose_batch([record(AIKO.address, "a"), record(BEN.address, "b")], AIKO.address, 1, SALT_KEY)
    with pytest.raises(Invalid, match="same file twice"):
        compose("a", "a")
    with pytest.raises(Invalid, match="1 to 10000"):
        compose()


def test_the_zero_address_is_paid_nothing() -> None:
    with pytest.raises(Invalid, match="pays nobody"):
        compose_batch([record(AIKO.address, "a")], ZERO_ADDRESS, 2_000_000_000, SALT_KEY)


@pytest.mark.parametrize("deadline", [-1, 2**53])
def test_a_deadline_is_a_unix_second(deadline: int) -> None:
    with pytest.raises(Invalid, match="no unix second"):
        compose_batch([record(AIKO.address, "a")], AIKO.address, deadline, SALT_KEY)
