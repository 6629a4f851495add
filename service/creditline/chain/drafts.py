"""What other rooms want sent, as transactions with a key that says what they do."""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.chain.calls import Call, Calls, Opening
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, DatasetId, PoolId, bytes32, raw
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Receipt
from creditline.royalties.settlement import Balance, settle_key
from creditline.transactions import Transaction
from creditline.works.batch import Batch

_POOL_PARAMS = "(address,address,address,address,bytes32,address,address,address,address,uint16,uint16,uint16,uint32,uint128)"


class Drafts:
    """Encoders for one deployment. The same intent always has the same key."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def anchor(self, root: bytes, count: int, manifest: Bytes32) -> Transaction:
        return _draft(
            f"anchor:0x{root.hex()}", self._calls.anchor(root, count, manifest), f"anchor {count} works"
        )

    def materialise(self, batch: Batch, index: int, *, signed: bool) -> Transaction:
        """Writes one work of a signed and anchored batch into the registry. `signed`: with the batch's signature."""
        call = self._calls.materialise(Opening.of(batch, index, signed=signed))
        work = batch.leaves[index].work_id
        return _draft(f"materialise:{work}", call, f"write work {work} into the registry")

    def settle(self, receipts: Sequence[Receipt]) -> Transaction:
        key = settle_key(receipts[0].usage.pool_id, receipts)
        return _draft(key, self._calls.settle_many(receipts), f"settle {len(receipts)} receipts")

    def withdraw(self, balance: Balance) -> Transaction:
        """One per level of credit: asking twice for the same money sends it once."""
        key = f"withdraw:{balance.token}:{balance.payee}:{balance.credited}"
        return _draft(key, self._calls.withdraw_for(balance.token, balance.payee), f"pay {balance.payee} out")

    def register_dataset(self, root: bytes, count: int, cutoff: int, manifest: Bytes32) -> Transaction:
        call = self._calls.register_dataset(root, count, cutoff, manifest)
        return _draft(f"dataset:{manifest}:{cutoff}", call, f"register a training set of {count} works")

    def register_model(self, weights: Bytes32, algorithm: Bytes32, datasets: list[DatasetId]) -> Transaction:
        call = self._calls.register_model(weights, algorithm, datasets)
        return _draft(f"model:{weights}", call, "register a model")

    def open_pool(self, params: PoolParams) -> Transaction:
        return _draft(f"pool:{self.pool_id(params)}", self._calls.open(params), "open a pool")

    def pool_id(self, params: PoolParams) -> PoolId:
        """Equal to `RoyaltyLedger.poolIdOf`."""
        fields = vars(params) | {"model_id": raw(params.model_id)}
        return PoolId(bytes32(keccak(abi_encode([_POOL_PARAMS], [tuple(fields.values())]))))

    def approve(self, token: Address, amount: int) -> Transaction:
        return _draft(
            f"approve:{token}:{amount}", self._calls.approve(token, amount), "let the ledger take the deposit"
        )

    def fund(self, pool_id: PoolId, token: Address, amount: int) -> Transaction:
        call = self._calls.fund(pool_id, amount, ether=token == ZERO_ADDRESS)
        return _draft(f"fund:{pool_id}:{amount}", call, "fund the pool")


def _draft(key: str, call: Call, purpose: str) -> Transaction:
    return Transaction(key, call.to, call.data, purpose, call.value)
