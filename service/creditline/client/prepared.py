"""Checking what a service prepared before a wallet signs it: a service must not slip in a payee, a work or other terms."""

from __future__ import annotations

from typing import Any

from creditline.errors import Conflict
from creditline.ids import address, bytes32
from creditline.works.batch import Batch, Leaf
from creditline.works.terms import Terms, Training


def read_prepared(prepared: dict[str, Any], asked: dict[str, Any]) -> Batch:
    """The batch of a prepared registration. Raises `Conflict` when it is not what was asked for."""
    terms = Terms(asked["terms"]["licence"], Training(asked["terms"]["training"])).digest()
    leaves = tuple(
        Leaf(
            address(asked["creator"]),
            bytes32(leaf["content_hash"]),
            bytes32(leaf["record_hash"]),
            terms,
            address(asked["payee"]),
            bytes32(leaf["salt"]),
        )
        for leaf in prepared["leaves"]
    )
    batch = Batch(leaves, int(prepared["deadline"]))
    wanted = {work["content_hash"] for work in asked["works"]}
    if {leaf.content_hash for leaf in leaves} != wanted or "0x" + batch.tree().root.hex() != prepared["id"]:
        raise Conflict(
            "The service prepared something else than these works on these terms; nothing was signed.",
            "Do not use this service until its operator explains.",
        )
    return batch
