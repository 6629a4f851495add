"""What stands in the three trees of an epoch: reports, credits and payouts.

Content is packed by hand: `abi.encode` of a hundred thousand leaves would otherwise take most of the time of a close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from sha3 import keccak_256

from creditline.ids import Address, Bytes32, DatasetId, WorkId, raw

WORD = 32
HEAD_WORDS = 11


@dataclass(frozen=True, slots=True)
class ReportLeaf:
    """One receipt and whom it credits, in the field order of `IFraudProofs.ReportLeaf`.

    `usage_id` is the integrator's own, of which the contract keeps the hash, and `usage_signature` 0x-hex. `payees` and
    `credits` hold one more than the works, for what no work explains.
    """

    output_hash: Bytes32
    report_hash: Bytes32
    revenue: int
    weights: int
    work_ids: tuple[WorkId, ...]
    usage_id: str
    usage_signature: str
    dataset_ids: tuple[DatasetId, ...]
    places: tuple[int, ...]
    payees: tuple[int, ...]
    credits: tuple[int, ...]

    def struct(self) -> tuple[object, ...]:
        """As the contract takes it."""
        return (
            raw(self.output_hash), raw(self.report_hash), self.revenue, self.weights,
            [raw(work) for work in self.work_ids], self._usage_hash(), raw(self.usage_signature),
            [raw(dataset) for dataset in self.dataset_ids],
            list(self.places), list(self.payees), list(self.credits),
        )  # fmt: skip

    def encode(self) -> bytes:
        """Equal to `abi.encode`: the head says where each list starts, the lists follow in the same order."""
        lists = [
            _pack_hashes(self.work_ids), _pack_bytes(raw(self.usage_signature)), _pack_hashes(self.dataset_ids),
            _pack_numbers(self.places), _pack_numbers(self.payees), _pack_numbers(self.credits),
        ]  # fmt: skip
        starts = accumulate([len(each) for each in lists[:-1]], initial=HEAD_WORDS * WORD)
        works, *others = map(_word, starts)
        head = (
            _word(WORD), raw(self.output_hash), raw(self.report_hash), _word(self.revenue), _word(self.weights),
            works, self._usage_hash(), *others,
        )  # fmt: skip
        return b"".join((*head, *lists))

    def _usage_hash(self) -> bytes:
        return bytes(keccak_256(self.usage_id.encode()).digest())


class Credit(NamedTuple):
    """What one entry of a report adds to a payee. `payee` is an index of the payouts, `report` of the reports."""

    payee: int
    amount: int
    report: int
    entry: int

    def encode(self) -> bytes:
        """Equal to `abi.encode`."""
        return (self.payee << 768 | self.amount << 512 | self.report << 256 | self.entry).to_bytes(4 * WORD)


class Payout(NamedTuple):
    """What all epochs together have credited to a payee."""

    payee: Address
    amount: int

    def encode(self) -> bytes:
        """Equal to `abi.encode`."""
        return bytes(12) + raw(self.payee) + self.amount.to_bytes(WORD)


def _pack_hashes(hashes: Sequence[Bytes32]) -> bytes:
    return _word(len(hashes)) + b"".join([raw(each) for each in hashes])


def _pack_bytes(data: bytes) -> bytes:
    return _word(len(data)) + data + bytes(-len(data) % WORD)


def _pack_numbers(numbers: Sequence[int]) -> bytes:
    return b"".join([_word(each) for each in (len(numbers), *numbers)])


def _word(number: int) -> bytes:
    return number.to_bytes(WORD)
