"""Checking what a service prepared before a wallet signs it: it must not slip in a payee, a work, a name or other terms."""

from __future__ import annotations

import time
from typing import Any

from creditline import canonical
from creditline.errors import Conflict
from creditline.ids import address, bytes32
from creditline.works.batch import Batch, Leaf
from creditline.works.record import WorkRecord, read_record
from creditline.works.terms import Terms, Training

SIGNING_PERIOD_S_MAX = 30 * 24 * 3600


def read_prepared(prepared: dict[str, Any], asked: dict[str, Any]) -> Batch:
    """The batch of a prepared registration. Raises `Conflict` when it is not what was asked for."""
    works = {work["content_hash"]: work for work in asked["works"]}
    leaves = tuple(_read_leaf(leaf, works, asked) for leaf in prepared["leaves"])
    batch = Batch(leaves, int(prepared["deadline"]))
    _require({leaf.content_hash for leaf in leaves} == works.keys(), "other works")
    _require("0x" + batch.tree().root.hex() == prepared["id"], "another root than its works make")
    _require(
        batch.deadline <= time.time() + SIGNING_PERIOD_S_MAX,
        "a signature that stays open for more than 30 days",
    )
    return batch


def _read_leaf(found: dict[str, Any], works: dict[str, Any], asked: dict[str, Any]) -> Leaf:
    record = read_record(canonical.encode(found["record"]))
    work = works.get(record.facts.content_hash)
    _require(work is not None and _is_asked_for(record, work, asked), "another record of a work")
    return Leaf(
        creator=record.creator,
        content_hash=record.facts.content_hash,
        record_hash=record.digest(),
        payee=address(asked["payee"]),
        salt=bytes32(found["salt"]),
    )


def _is_asked_for(record: WorkRecord, work: dict[str, str], asked: dict[str, Any]) -> bool:
    terms = Terms(asked["terms"]["licence"], Training(asked["terms"]["training"]))
    names = (record.title, record.author) == (work["title"], work["author"])
    return names and record.creator == address(asked["creator"]) and record.terms == terms


def _require(holds: bool, found: str) -> None:
    if not holds:
        raise Conflict(
            f"The service prepared {found}; nothing was signed.",
            "Do not use this service until its operator explains.",
        )
