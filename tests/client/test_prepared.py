"""A wallet signs what was asked for, and nothing that a service slipped in."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from creditline.client.prepared import read_prepared
from creditline.errors import Conflict, Invalid
from creditline.works.batch import Batch, compose_batch
from creditline.works.record import WorkRecord
from tests.works.samples import SALT_KEY, record, wallet

AIKO, MALLORY = wallet("aiko").address, wallet("mallory").address
ASKED: dict[str, Any] = {
    "creator": AIKO,
    "payee": AIKO,
    "terms": {"licence": "CC0-1.0", "training": "allowed"},
    "works": [
        {"content_hash": made.facts.content_hash, "title": made.title, "author": made.author}
        for made in (record(AIKO, seed) for seed in "ab")
    ],
}


SOON = int(time.time()) + 3600


def answer(batch: Batch, records: dict[str, WorkRecord] | None = None) -> dict[str, Any]:
    known = {made.facts.content_hash: made for made in (record(AIKO, seed) for seed in "abc")} | (
        records or {}
    )
    leaves = [{"salt": leaf.salt, "record": known[leaf.content_hash].document()} for leaf in batch.leaves]
    return {"id": "0x" + batch.tree().root.hex(), "deadline": batch.deadline, "leaves": leaves}


def compose(payee: str = AIKO, seeds: str = "ab", deadline: int = SOON) -> Batch:
    return compose_batch([record(AIKO, seed) for seed in seeds], payee, deadline, SALT_KEY)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("change", [{"title": "STOLEN"}, {"author": "Somebody Else"}, {"creator": MALLORY}])
def test_another_record_is_not_signed(change: dict[str, Any]) -> None:
    made = replace(record(AIKO, "a"), **change)
    batch = compose_batch([made, replace(record(AIKO, "b"), creator=made.creator)], AIKO, SOON, SALT_KEY)
    known = {made.facts.content_hash: made}
    with pytest.raises(Conflict, match="nothing was signed"):
        read_prepared(answer(batch, known), ASKED)


def test_a_signature_does_not_stay_open_for_years() -> None:
    with pytest.raises(Conflict, match="30 days"):
        read_prepared(answer(compose(deadline=SOON + 10**8)), ASKED)
