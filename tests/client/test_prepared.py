"""A wallet signs what was asked for, and nothing that a service slipped in."""

from __future__ import annotations

from typing import Any

import pytest

from creditline.client.prepared import read_prepared
from creditline.errors import Conflict, Invalid
from creditline.works.batch import Batch, compose_batch
from tests.works.samples import SALT_KEY, record, wallet

AIKO, MALLORY = wallet("aiko").address, wallet("mallory").address
ASKED: dict[str, Any] = {
    "creator": AIKO,
    "payee": AIKO,
    "terms": {"licence": "CC0-1.0", "training": "allowed"},
    "works": [{"content_hash": record(AIKO, seed).facts.content_hash, "title": seed} for seed in "ab"],
}


def answer(batch: Batch) -> dict[str, Any]:
    names = ("content_hash", "record_hash", "terms_hash", "payee", "salt")
    leaves = [{name: getattr(leaf, name) for name in names} for leaf in batch.leaves]
    return {"id": "0x" + batch.tree().root.hex(), "deadline": batch.deadline, "leaves": leaves}


def compose(payee: str = AIKO, seeds: str = "ab") -> Batch:
    return compose_batch([record(AIKO, seed) for seed in seeds], payee, 2_000_000_000, SALT_KEY)  # type: ignore[arg-type]


def test_an_honest_batch_is_read() -> None:
    assert read_prepared(answer(compose()), ASKED) == compose()


@pytest.mark.parametrize("batch", [compose(payee=MALLORY), compose(seeds="abc"), compose(seeds="a")])
def test_another_payee_or_other_works_are_not_signed(batch: Batch) -> None:
    with pytest.raises(Conflict, match="nothing was signed"):
        read_prepared(answer(batch), ASKED)


def test_other_terms_are_not_signed() -> None:
    asked = ASKED | {"terms": {"licence": "CC0-1.0", "training": "forbidden"}}
    with pytest.raises(Conflict, match="nothing was signed"):
        read_prepared(answer(compose()), asked)


def test_a_malformed_leaf_is_not_signed() -> None:
    prepared = answer(compose())
    prepared["leaves"][0]["salt"] = "0x12"
    with pytest.raises(Invalid):
        read_prepared(prepared, ASKED)
