"""Works, wallets and a library in memory, built by the project's own code."""

from __future__ import annotations

import hashlib

from eth_utils.crypto import keccak

from creditline.client import Wallet
from creditline.errors import Missing, TooLarge
from creditline.ids import Address, Bytes32, address, bytes32
from creditline.library import Stored
from creditline.typed_data import Domain, TypedData, signer_of, works_domain
from creditline.works.record import PictureFacts, WorkRecord
from creditline.works.terms import Terms

REGISTRY = address("0x" + "5a" * 20)
DOMAIN: Domain = works_domain(31337, REGISTRY)
SALT_KEY = b"salt" * 8


def wallet(name: str) -> Wallet:
    return Wallet(keccak(text=name))


def facts(seed: str, pixels: str | None = None) -> PictureFacts:
    def digest(text: str) -> Bytes32:
        return bytes32(hashlib.sha256(text.encode()).digest())

    return PictureFacts(
        digest(seed), digest(pixels or f"pixels of {seed}"), "image/png", 64, 48, "00" * 32, 90
    )


def record(creator: Address, seed: str, terms: Terms | None = None) -> WorkRecord:
    return WorkRecord(creator, f"Picture {seed}", "Aiko", facts(seed), terms or Terms("CC0-1.0"), None)


def is_signed(who: Address, data: TypedData, signature: str) -> bool:
    return signer_of(data, signature) == who


class Shelf:
    """A library in memory: by digest, checked by construction."""

    def __init__(self) -> None:
        self.kept: dict[Bytes32, bytes] = {}

    def put(self, data: bytes) -> Stored:
        digest = bytes32(hashlib.sha256(data).digest())
        self.kept[digest] = data
        return Stored(f"cid-of-{digest}", digest)

    def fetch(self, digest: Bytes32, limit: int) -> bytes:
        if digest not in self.kept:
            raise Missing(f"{digest} is not here.", "Put it first.")
        if len(self.kept[digest]) > limit:
            raise TooLarge(f"{digest} is too large.", "Ask for less.")
        return self.kept[digest]
