"""Calls to the contracts as `Call(to, data)`, so that no other room needs an ABI.

Hashes and ids are 0x-hex, amounts are in a token's smallest unit, times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from eth_abi.abi import encode as abi_encode

from creditline.amounts import BASIS_POINTS
from creditline.chain.abi import (
    COMMONS,
    DEMO_YEN,
    MODEL_REGISTRY,
    ROYALTY_LEDGER,
    WORK_REGISTRY,
    creation_code,
    interface,
)
from creditline.chain.deployment import FACTORY, SALT, Deployment, created_at
from creditline.ids import Address, Bytes32, ContentHash, DatasetId, PoolId, WorkId, bytes32, raw
from creditline.royalties.claim import Claim
from creditline.royalties.commons import Commons
from creditline.royalties.epoch import Epoch
from creditline.royalties.fraud import Fraud
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Receipt
from creditline.works.batch import Batch, Leaf

POOL_PARAMS = "(address,address,address,address,address,bytes32,address,address,address,address,uint16,uint16,uint16,uint32,uint96)"


class Call(NamedTuple):
    """What a transaction carries. `value` is in wei."""

    to: Address
    data: bytes
    value: int = 0


@dataclass(frozen=True)
class Opening:
    """What opens one leaf of an anchored batch: its place and path in the tree, and the creator's signature.

    `signature` may be 0x, and `deadline` 0, once the registry has opened another work of the batch.
    """

    root: Bytes32
    leaf: Leaf
    count: int
    index: int
    proof: Sequence[bytes]
    deadline: int
    signature: str

    @classmethod
    def of(cls, batch: Batch, index: int, *, signed: bool = True) -> Opening:
        """Open the leaf at `index` of a signed batch."""
        tree = batch.tree()
        place = (bytes32(tree.root), batch.leaves[index], len(batch.leaves), index, tree.proof(index))
        return cls(*place, batch.deadline, batch.signature) if signed else cls(*place, 0, "0x")


class Calls:
    """The encoders for one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def anchor(self, root: bytes, count: int, manifest: Bytes32) -> Call:
        return self._works("anchor", root, count, raw(manifest))

    def register(self, content_hash: ContentHash, record_hash: Bytes32, payee: Address) -> Call:
        return self._works("register", raw(content_hash), raw(record_hash), payee)

    def register_for(
        self,
        *,
        creator: Address,
        content_hash: ContentHash,
        record_hash: Bytes32,
        payee: Address,
        deadline: int,
        signature: str,
    ) -> Call:
        hashes = (raw(content_hash), raw(record_hash))
        return self._works("registerFor", creator, *hashes, payee, deadline, raw(signature))

    def materialise(self, opening: Opening) -> Call:
        leaf = opening.leaf
        hashes = (raw(leaf.content_hash), raw(leaf.record_hash))
        claim = (leaf.creator, *hashes, leaf.payee, raw(leaf.salt))
        place = (opening.count, opening.index, list(opening.proof))
        return self._works(
            "materialise", raw(opening.root), claim, *place, opening.deadline, raw(opening.signature)
        )

    def set_payee(self, work: WorkId, payee: Address) -> Call:
        return self._works("setPayee", raw(work), payee)

    def set_payee_for(self, work: WorkId, payee: Address, deadline: int, signature: str) -> Call:
        return self._works("setPayeeFor", raw(work), payee, deadline, raw(signature))

    def set_training_opt_out(self, work: WorkId, *, out: bool) -> Call:
        return self._works("setTrainingOptOut", raw(work), out)

    def set_training_opt_out_for(self, work: WorkId, deadline: int, signature: str, *, out: bool) -> Call:
        return self._works("setTrainingOptOutFor", raw(work), out, deadline, raw(signature))

    def offer_rights(self, work: WorkId, to: Address) -> Call:
        return self._works("offerRights", raw(work), to)

    def accept_rights(self, work: WorkId) -> Call:
        return self._works("acceptRights", raw(work))

    def set_terms(self, work: WorkId, terms_hash: Bytes32) -> Call:
        return self._works("setTerms", raw(work), raw(terms_hash))

    def register_dataset(self, root: bytes, count: int, cutoff: int, manifest: Bytes32) -> Call:
        return self._models("registerDataset", root, count, cutoff, raw(manifest))

    def register_model(self, weights: Bytes32, algorithm: Bytes32, datasets: Sequence[DatasetId]) -> Call:
        ascending = [raw(dataset) for dataset in sorted(datasets)]
        return self._models("registerModel", raw(weights), raw(algorithm), ascending)

    def prove_opt_out_breach(
        self, dataset: DatasetId, work: WorkId, index: int, proof: Sequence[bytes]
    ) -> Call:
        return self._models("proveOptOutBreach", raw(dataset), raw(work), index, list(proof))

    def open(self, params: PoolParams) -> Call:
        return self._ledger("open", pool_struct(params))

    def fund(self, pool: PoolId, amount: int, *, ether: bool = False) -> Call:
        """`ether`: the pool's token is 0, so the amount travels with the call; else `approve` it first."""
        return self._ledger("fund", raw(pool), amount)._replace(value=amount if ether else 0)

    def settle(self, receipt: Receipt) -> Call:
        """The receipt carries the signature of the pool's operator; anyone may send it."""
        signature = raw(receipt.signature)
        return self._ledger("settle", raw(receipt.usage.pool_id), _report(receipt), signature)

    def settle_many(self, receipts: Sequence[Receipt], signature: str) -> Call:
        """Receipts of one pool. The signatures in them do not count here: the operator signs for all at once."""
        pool, reports = receipts[0].usage.pool_id, [_report(receipt) for receipt in receipts]
        return self._ledger("settleMany", raw(pool), reports, raw(signature))

    def withdraw(self, token: Address, to: Address) -> Call:
        return self._ledger("withdraw", token, to)

    def withdraw_for(self, token: Address, payee: Address) -> Call:
        return self._ledger("withdrawFor", token, payee)

    def claim_fixed(self, pool: PoolId, role: int) -> Call:
        """`role`: 0 developer, 1 compute, 2 treasury, 3 commons."""
        return self._ledger("claimFixed", raw(pool), role)

    def request_refund(self, pool: PoolId, amount: int) -> Call:
        return self._ledger("requestRefund", raw(pool), amount)

    def refund(self, pool: PoolId) -> Call:
        return self._ledger("refund", raw(pool))

    def stake(self, pool: PoolId, amount: int, *, ether: bool = False) -> Call:
        """Puts up the operator's bond. `ether` as for `fund`."""
        return self._ledger("stake", raw(pool), amount)._replace(value=amount if ether else 0)

    def unstake(self, pool: PoolId) -> Call:
        return self._ledger("unstake", raw(pool))

    def post(self, pool: PoolId, n: int, epoch: Epoch) -> Call:
        """The ledger itself works out what the epoch says of the payouts' sum and of the revenue before it."""
        roots = (raw(epoch.payouts), raw(epoch.reports), raw(epoch.credits))
        return self._ledger("post", raw(pool), n, *roots, epoch.revenue, epoch.cutoff, raw(epoch.data))

    def claim(self, claim: Claim) -> Call:
        return self._ledger("claim", _claim(claim))

    def claim_to(self, claim: Claim, to: Address) -> Call:
        """Only the payee can send it."""
        return self._ledger("claimTo", _claim(claim), to)

    def claim_many(self, claims: Sequence[Claim]) -> Call:
        return self._ledger("claimMany", [_claim(claim) for claim in claims])

    def challenge(
        self, params: PoolParams, epoch: Epoch, previous: Epoch | None, fraud: Fraud, evidence: bytes
    ) -> Call:
        """`previous` is the epoch before, None before the first; `evidence` as `IFraudProofs` says for each kind."""
        both = (_epoch(epoch), _epoch(previous or _NO_EPOCH))
        return self._ledger("challenge", pool_struct(params), *both, int(fraud), evidence)

    def dispute(self, pool: PoolId, amount: int, reason: Bytes32, *, ether: bool = False) -> Call:
        """Puts up a bond against the newest epoch. `ether` as for `fund`."""
        return self._ledger("dispute", raw(pool), amount, raw(reason))._replace(value=amount if ether else 0)

    def rule(self, pool: PoolId, *, valid: bool) -> Call:
        return self._ledger("rule", raw(pool), valid)

    def lapse(self, pool: PoolId) -> Call:
        return self._ledger("lapse", raw(pool))

    def pause(self, pool: PoolId) -> Call:
        return self._ledger("pause", raw(pool))

    def resume(self, pool: PoolId) -> Call:
        return self._ledger("resume", raw(pool))

    def create_commons(self, terms: PoolParams) -> tuple[Commons, Call]:
        """The commons that `base_terms` make, and the call that creates it and opens its base pool.

        Its address follows from the terms: the same terms are one contract, and creating it again reverts.
        """
        arguments = abi_encode(["address", POOL_PARAMS], [self._deployment.ledger, pool_struct(terms)])
        code = creation_code(COMMONS) + arguments
        where = created_at(code)
        base = replace(terms, integrator=where, commons=where, creator_bps=BASIS_POINTS)
        return Commons(where, base), Call(FACTORY, SALT + code)

    def forward(self, commons: Address) -> Call:
        """Puts what a commons holds into its base pool."""
        return Call(commons, interface(COMMONS).encode_call("forward", []))

    def approve(self, token: Address, amount: int) -> Call:
        """Lets the ledger take `amount` of the sender's tokens, for `fund`, `stake` and `dispute`."""
        data = interface(DEMO_YEN).encode_call("approve", [self._deployment.ledger, amount])
        return Call(token, data)

    def mint(self, token: Address, to: Address, amount: int) -> Call:
        """Makes worthless test money. Only the demonstration token has it."""
        return Call(token, interface(DEMO_YEN).encode_call("mint", [to, amount]))

    def _works(self, function: str, *arguments: Any) -> Call:
        return Call(self._deployment.works, interface(WORK_REGISTRY).encode_call(function, arguments))

    def _models(self, function: str, *arguments: Any) -> Call:
        return Call(self._deployment.models, interface(MODEL_REGISTRY).encode_call(function, arguments))

    def _ledger(self, function: str, *arguments: Any) -> Call:
        return Call(self._deployment.ledger, interface(ROYALTY_LEDGER).encode_call(function, arguments))


def pool_struct(p: PoolParams) -> tuple[Any, ...]:
    """As `POOL_PARAMS` says."""
    parties = (p.token, p.integrator, p.operator, p.arbiter, p.guardian)
    takers = (p.developer, p.compute, p.treasury, p.commons)
    return (
        *parties,
        raw(p.model_id),
        *takers,
        p.creator_bps,
        p.developer_bps,
        p.compute_bps,
        p.window,
        p.bond,
    )


def _report(r: Receipt) -> tuple[Any, ...]:
    hashes = (raw(r.usage.output_hash), raw(r.report_hash))
    return (r.nonce, *hashes, r.usage.revenue, r.weights, [raw(work) for work in r.work_ids], r.deadline)


_NOTHING = bytes32(b"\0" * 32)
_NO_EPOCH = Epoch(_NOTHING, 0, _NOTHING, _NOTHING, 0, 0, 0, _NOTHING)


def _epoch(e: Epoch) -> tuple[Any, ...]:
    roots = (raw(e.payouts), e.payout_sum, raw(e.reports), raw(e.credits))
    return (*roots, e.revenue_before, e.revenue, e.cutoff, raw(e.data))


def _claim(c: Claim) -> tuple[Any, ...]:
    return (raw(c.pool_id), c.n, raw(c.rest_hash), c.count, c.payee, c.index, c.amount, c.proof)
