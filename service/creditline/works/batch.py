"""A batch: any number of works by one creator, registered by one signature and one anchored root.

Leaves are salted, so an anchored root tells nobody what it holds until the manifest is published. The manifest carries
the signature, so chain and IPFS alone suffice to check every claim in it and to materialise any work of it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from eth_abi.abi import encode as abi_encode

from creditline import canonical, merkle
from creditline.errors import Invalid, WrongSignature
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, WorkId, address, bytes32, raw, work_id
from creditline.typed_data import BATCH, Domain, TypedData, typed_data
from creditline.works.record import WorkRecord

TYPE = "creditline/batch/1"
WORKS_MAX = 10_000
MANIFEST_BYTES_MAX = 8 * 1024 * 1024

SignatureCheck = Callable[[Address, TypedData, str], bool]


@dataclass(frozen=True)
class Leaf:
    """One claim, in the field order of `IWorkRegistry.Leaf`. The terms are in the record."""

    creator: Address
    content_hash: Bytes32
    record_hash: Bytes32
    payee: Address
    salt: Bytes32

    @property
    def work_id(self) -> WorkId:
        return work_id(self.creator, self.content_hash)

    def hash(self) -> bytes:
        kinds = ["address", "bytes32", "bytes32", "address", "bytes32"]
        hashes = [raw(self.content_hash), raw(self.record_hash)]
        return merkle.leaf_hash(abi_encode(kinds, [self.creator, *hashes, self.payee, raw(self.salt)]))


@dataclass(frozen=True)
class Batch:
    """`deadline`: the unix second by which the root must be anchored. `signature` is empty until the creator signs."""

    leaves: tuple[Leaf, ...]
    deadline: int
    signature: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.leaves) <= WORKS_MAX:
            raise Invalid(
                f"A batch holds 1 to {WORKS_MAX} works, not {len(self.leaves)}.", "Split the folder."
            )
        if len({leaf.creator for leaf in self.leaves}) > 1:
            raise Invalid(
                "A batch names more than one creator.", "Make one batch per creator: each signs their own."
            )
        if any(leaf.payee == ZERO_ADDRESS or int(leaf.content_hash, 16) == 0 for leaf in self.leaves):
            raise Invalid(
                "A work pays nobody, or has no content.",
                "Name a payee: the registry refuses the zero address.",
            )
        if not 0 <= self.deadline <= canonical.SAFE_INTEGER:
            raise Invalid(f"{self.deadline} is no unix second.", "Prepare the registration again.")
        if len({leaf.content_hash for leaf in self.leaves}) < len(self.leaves):
            raise Invalid("A batch holds the same file twice.", "Remove one of the two.")

    @property
    def creator(self) -> Address:
        return self.leaves[0].creator

    def tree(self) -> merkle.Tree:
        return merkle.Tree([leaf.hash() for leaf in self.leaves])

    def typed_data(self, domain: Domain) -> TypedData:
        """What the creator signs: once, for all of it."""
        message = {"root": self.tree().root, "count": len(self.leaves), "deadline": self.deadline}
        return typed_data(domain, "Batch", BATCH, message)

    def signed(self, signature: str) -> Batch:
        return replace(self, signature=signature)

    def manifest(self, domain: Domain) -> bytes:
        """Everything that proves the claims, as one canonical document."""
        return canonical.encode(
            {
                "type": TYPE,
                "chain_id": domain.chain_id,
                "registry": domain.contract,
                "creator": self.creator,
                "root": "0x" + self.tree().root.hex(),
                "deadline": self.deadline,
                "signature": self.signature,
                "works": [
                    [leaf.content_hash, leaf.record_hash, leaf.payee, leaf.salt] for leaf in self.leaves
                ],
            }
        )


def compose_batch(records: Iterable[WorkRecord], payee: Address, deadline: int, salt_key: bytes) -> Batch:
    """Leaves in the order of their content hashes, so that the same works always make the same root."""
    ordered = sorted(records, key=lambda record: record.facts.content_hash)
    return Batch(tuple(_leaf(record, payee, salt_key) for record in ordered), deadline)


def read_manifest(data: bytes, domain: Domain, is_signed: SignatureCheck) -> Batch:
    """Read and check a manifest: canonical, for this registry, root recomputed, signed by its creator.

    Raises `Invalid`, and `WrongSignature` when the creator never signed it.
    """
    document = canonical.decode(data)
    try:
        creator = address(document["creator"])
        leaves = tuple(
            Leaf(creator, bytes32(content), bytes32(record), address(payee), bytes32(salt))
            for content, record, payee, salt in document["works"]
        )
        batch = Batch(leaves, int(document["deadline"]), str(document["signature"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"The batch manifest is malformed: {error!r}.", f"Compare it with a {TYPE} manifest."
        ) from error
    if batch.manifest(domain) != data:
        raise Invalid(
            "The batch manifest contradicts itself, or is for another registry.",
            "Ask its creator for the original.",
        )
    if not is_signed(creator, batch.typed_data(domain), batch.signature):
        raise WrongSignature(
            f"The batch is not signed by {creator}.", "Only the creator can register works as theirs."
        )
    return batch


def _leaf(record: WorkRecord, payee: Address, salt_key: bytes) -> Leaf:
    """The salt follows from a secret of the service, so that a retry after a crash makes the same leaf."""
    seed = raw(record.creator) + raw(record.facts.content_hash)
    salt = hmac.new(salt_key, seed, hashlib.sha256).digest()
    return Leaf(record.creator, record.facts.content_hash, record.digest(), payee, bytes32(salt))
