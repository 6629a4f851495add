"""What other rooms want sent, as transactions with a key that says what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.chain.calls import POOL_PARAMS, Call, Calls, Opening, pool_struct
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, DatasetId, PoolId, bytes32
from creditline.royalties.claim import Claim
from creditline.royalties.commons import Commons
from creditline.royalties.epoch import Epoch
from creditline.royalties.fraud import Fraud
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Receipt
from creditline.royalties.settlement import Balance, settle_key
from creditline.transactions import Transaction
from creditline.works.batch import Batch


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

    def settle(self, receipts: Sequence[Receipt], signature: str) -> Transaction:
        """`signature`: the operator's, of all of them together."""
        key = settle_key(receipts[0].usage.pool_id, receipts)
        return _draft(key, self._calls.settle_many(receipts, signature), f"settle {len(receipts)} receipts")

    def withdraw(self, balance: Balance) -> Transaction:
        """One per level of credit: asking twice for the same money sends it once."""
        key = f"withdraw:{balance.token}:{balance.payee}:{balance.credited}"
        return _draft(key, self._calls.withdraw_for(balance.token, balance.payee), f"pay {balance.payee} out")

    def withdraw_to(self, token: Address, to: Address) -> Transaction:
        """Only the payee can send it."""
        return _draft(f"withdraw-to:{token}:{to}", self._calls.withdraw(token, to), f"withdraw to {to}")

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
        return PoolId(bytes32(keccak(abi_encode([POOL_PARAMS], [pool_struct(params)]))))

    def create_commons(self, terms: PoolParams) -> tuple[Commons, Transaction]:
        """The commons that `base_terms` make, and what creates it."""
        commons, call = self._calls.create_commons(terms)
        return commons, _draft(f"commons:{commons.address}", call, "create a commons and open its base pool")

    def forward(self, commons: Address, deposited: int, day: int) -> Transaction:
        """One for each level of the base pool, and another on another day: what was refused yesterday may go through."""
        key = f"forward:{commons}:{deposited}:{day}"
        return _draft(key, self._calls.forward(commons), "put what is unattributed into the base pool")

    def approve(self, token: Address, amount: int) -> Transaction:
        return _draft(
            f"approve:{token}:{amount}", self._calls.approve(token, amount), "let the ledger take the deposit"
        )

    def fund(self, pool_id: PoolId, token: Address, amount: int) -> Transaction:
        call = self._calls.fund(pool_id, amount, ether=token == ZERO_ADDRESS)
        return _draft(f"fund:{pool_id}:{amount}", call, "fund the pool")

    def stake(self, pool_id: PoolId, token: Address, amount: int, *, after: int) -> Transaction:
        """`after`: how many stakes the pool has had before, since a bond may be put up again."""
        call = self._calls.stake(pool_id, amount, ether=token == ZERO_ADDRESS)
        return _draft(f"stake:{pool_id}:{after}", call, "put up the operator's bond")

    def unstake(self, pool_id: PoolId, *, after: int) -> Transaction:
        """`after`: how many stakes the pool has had."""
        return _draft(f"unstake:{pool_id}:{after}", self._calls.unstake(pool_id), "take the bond back")

    def post(self, pool_id: PoolId, n: int, attempt: int, epoch: Epoch) -> Transaction:
        """`attempt` counts the void epochs of this number before it. Another content is another transaction."""
        call = self._calls.post(pool_id, n, epoch)
        key = f"post:{pool_id}:{n}:{attempt}:{hashlib.sha256(call.data).hexdigest()}"
        return _draft(key, call, f"post epoch {n}")

    def claim(self, claim: Claim) -> Transaction:
        """One per level of the payee's total: asking twice for the same money sends it once."""
        key = f"claim:{claim.pool_id}:{claim.index}:{claim.n}:{claim.amount}"
        return _draft(key, self._calls.claim(claim), f"pay {claim.payee} its royalties")

    def claim_to(self, claim: Claim, to: Address) -> Transaction:
        key = f"claim-to:{claim.pool_id}:{claim.index}:{claim.n}:{claim.amount}:{to}"
        return _draft(key, self._calls.claim_to(claim, to), f"pay {claim.payee}'s royalties to {to}")

    def claim_many(self, claims: Sequence[Claim]) -> Transaction:
        call = self._calls.claim_many(claims)
        key = f"claim-many:{hashlib.sha256(call.data).hexdigest()}"
        return _draft(key, call, f"pay {len(claims)} royalties")

    def claim_fixed(self, pool_id: PoolId, role: int, paid: int) -> Transaction:
        """`paid`: what the role has taken out before."""
        call = self._calls.claim_fixed(pool_id, role)
        return _draft(f"claim-fixed:{pool_id}:{role}:{paid}", call, "pay a role its share")

    def challenge(
        self, params: PoolParams, epoch: Epoch, previous: Epoch | None, fraud: Fraud, evidence: bytes
    ) -> Transaction:
        call = self._calls.challenge(params, epoch, previous, fraud, evidence)
        key = f"challenge:{self.pool_id(params)}:{hashlib.sha256(call.data).hexdigest()}"
        return _draft(key, call, f"void an epoch: {fraud.name.lower().replace('_', ' ')}")

    def dispute(
        self, pool_id: PoolId, token: Address, amount: int, reason: Bytes32, *, n: int, attempt: int
    ) -> Transaction:
        """`attempt` as for `post`."""
        call = self._calls.dispute(pool_id, amount, reason, ether=token == ZERO_ADDRESS)
        return _draft(f"dispute:{pool_id}:{n}:{attempt}:{reason}", call, f"dispute epoch {n}")

    def rule(self, pool_id: PoolId, *, n: int, attempt: int, valid: bool) -> Transaction:
        call = self._calls.rule(pool_id, valid=valid)
        return _draft(f"rule:{pool_id}:{n}:{attempt}", call, f"rule on epoch {n}")

    def lapse(self, pool_id: PoolId, *, n: int, attempt: int) -> Transaction:
        return _draft(
            f"lapse:{pool_id}:{n}:{attempt}", self._calls.lapse(pool_id), f"end epoch {n}'s dispute"
        )

    def pause(self, pool_id: PoolId, until_day: int) -> Transaction:
        """`until_day`: the day to which it would be paused, so that the next pause is another transaction."""
        return _draft(f"pause:{pool_id}:{until_day}", self._calls.pause(pool_id), "pause the pool")

    def resume(self, pool_id: PoolId, paused_until: int) -> Transaction:
        """`paused_until`: the pause that it ends."""
        return _draft(f"resume:{pool_id}:{paused_until}", self._calls.resume(pool_id), "end the pause")


def _draft(key: str, call: Call, purpose: str) -> Transaction:
    return Transaction(key, call.to, call.data, purpose, call.value)
