"""Questions to the contracts, for the auditor and the API. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from eth_abi.exceptions import DecodingError

from creditline.chain.abi import COMMONS, DEMO_YEN, MODEL_REGISTRY, ROYALTY_LEDGER, WORK_REGISTRY, interface
from creditline.chain.deployment import Deployment
from creditline.chain.node import Node, Reverted
from creditline.chain.scan import scan_blocks
from creditline.errors import Misconfigured, Missing
from creditline.events import Event
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, DatasetId, ModelId, PoolId, WorkId, bytes32, raw

_SPAN = 1_000
_BASE_POOL_GAS_MAX = 100_000  # it is a constant of the contract; a stranger's may burn what it likes


class ChainReader:
    """View functions as of `block`, by default the latest one. Raises `Unavailable` when the node does not answer."""

    def __init__(self, node: Node, deployment: Deployment) -> None:
        self._node = node
        self._deployment = deployment

    def events(self, first: int, last: int, names: Collection[str] | None = None) -> Iterator[Event]:
        """Events of blocks `first` to `last`, both included, in chain order, checked against the headers."""
        for start in range(first, last + 1, _SPAN):
            scan = scan_blocks(self._node, self._deployment, start, min(start + _SPAN - 1, last))
            yield from (event for event in scan.events if names is None or event.name in names)

    def finalised_block(self) -> int:
        return self._node.finalised().number

    def block_time(self, number: int) -> int:
        """Unix seconds. Raises `Missing` for a block that is not there yet."""
        block = self._node.block(number)
        if block is None:
            raise Missing(f"The chain has no block {number} yet.", "Ask for an earlier one.")
        return block.time

    def pool(self, pool: PoolId, block: int | None = None) -> dict[str, Any]:
        """`IRoyaltyLedger.Pool` by its field names; all zero for an unknown one."""
        return dict(self._ask(self._deployment.ledger, ROYALTY_LEDGER, "pool", raw(pool), block=block))

    def available(self, pool: PoolId, block: int | None = None) -> int:
        return int(self._ask(self._deployment.ledger, ROYALTY_LEDGER, "available", raw(pool), block=block))

    def credit(self, token: Address, who: Address, block: int | None = None) -> int:
        """What `who` can withdraw."""
        return int(self._ask(self._deployment.ledger, ROYALTY_LEDGER, "credit", token, who, block=block))

    def epoch_hash(self, pool: PoolId, n: int, block: int | None = None) -> Bytes32:
        """All zero for an epoch that is void or was never posted."""
        answer = self._ask(self._deployment.ledger, ROYALTY_LEDGER, "epochHash", raw(pool), n, block=block)
        return Bytes32(answer)

    def claimed(self, pool: PoolId, index: int, block: int | None = None) -> int:
        """What epochs have paid to an index."""
        ledger = self._deployment.ledger
        return int(self._ask(ledger, ROYALTY_LEDGER, "claimed", raw(pool), index, block=block))

    def dispute(self, pool: PoolId, block: int | None = None) -> dict[str, Any]:
        """`IRoyaltyLedger.Dispute` by its field names; all zero where there is none."""
        return dict(self._ask(self._deployment.ledger, ROYALTY_LEDGER, "disputeOf", raw(pool), block=block))

    def final_revenue(self, pool: PoolId, block: int | None = None) -> int:
        ledger = self._deployment.ledger
        return int(self._ask(ledger, ROYALTY_LEDGER, "finalRevenue", raw(pool), block=block))

    def fixed_claimable(self, pool: PoolId, role: int, block: int | None = None) -> int:
        """`role`: 0 developer, 1 compute, 2 treasury, 3 commons."""
        ledger = self._deployment.ledger
        return int(self._ask(ledger, ROYALTY_LEDGER, "fixedClaimable", raw(pool), role, block=block))

    def nonce_used(self, pool: PoolId, nonce: int, block: int | None = None) -> bool:
        ledger = self._deployment.ledger
        return bool(self._ask(ledger, ROYALTY_LEDGER, "nonceUsed", raw(pool), nonce, block=block))

    def balance(self, token: Address, who: Address, block: int | None = None) -> int:
        """In the token's smallest unit. Token 0 is ETH."""
        if token == ZERO_ADDRESS:
            return self._node.balance(who, block)
        return int(self._ask(token, DEMO_YEN, "balanceOf", who, block=block))

    def allowance(self, token: Address, owner: Address) -> int:
        """What the ledger may take of the owner's tokens."""
        return int(self._ask(token, DEMO_YEN, "allowance", owner, self._deployment.ledger))

    def base_pool(self, who: Address, block: int | None = None) -> PoolId | None:
        """The pool that a commons calls its own. None for wallets, and for contracts that name none."""
        if not self._node.code_at(who, block):
            return None
        data = interface(COMMONS).encode_call("basePool", [])
        try:
            answer = self._node.call(who, data, block=block, gas=_BASE_POOL_GAS_MAX)
        except Reverted:
            return None
        return PoolId(bytes32(answer)) if len(answer) == 32 else None

    def token_decimals(self, token: Address) -> int:
        return 18 if token == ZERO_ADDRESS else int(self._ask(token, DEMO_YEN, "decimals"))

    def token_symbol(self, token: Address) -> str:
        return "ETH" if token == ZERO_ADDRESS else str(self._ask(token, DEMO_YEN, "symbol"))

    def work(self, work: WorkId, block: int | None = None) -> dict[str, Any]:
        """`IWorkRegistry.Work` by its field names; all zero for an unknown one."""
        return dict(self._ask(self._deployment.works, WORK_REGISTRY, "work", raw(work), block=block))

    def payee_of(self, work: WorkId, block: int | None = None) -> Address:
        """Who is paid. Raises `Reverted` with `WorkUnknown`."""
        return Address(self._ask(self._deployment.works, WORK_REGISTRY, "payeeOf", raw(work), block=block))

    def payee_at(self, work: WorkId, time: int) -> Address:
        """Who was paid at a past unix second; the zero address before the registration."""
        return Address(self._ask(self._deployment.works, WORK_REGISTRY, "payeeAt", raw(work), time))

    def opted_out(self, work: WorkId, time: int) -> bool:
        return bool(self._ask(self._deployment.works, WORK_REGISTRY, "optedOut", raw(work), time))

    def change_nonce(self, work: WorkId) -> int:
        """The nonce that the next signed change of this work must carry."""
        return int(self._ask(self._deployment.works, WORK_REGISTRY, "changeNonce", raw(work)))

    def anchored_at(self, root: bytes) -> int:
        """Unix second of the first anchoring; 0 if never."""
        return int(self._ask(self._deployment.works, WORK_REGISTRY, "anchoredAt", root))

    def signatory_of(self, root: bytes) -> Address:
        """The creator whose works under this root need no signature any more; the zero address before one was opened."""
        return Address(self._ask(self._deployment.works, WORK_REGISTRY, "signatoryOf", root))

    def dataset(self, dataset: DatasetId) -> dict[str, Any]:
        return dict(self._ask(self._deployment.models, MODEL_REGISTRY, "dataset", raw(dataset)))

    def model(self, model: ModelId) -> dict[str, Any]:
        return dict(self._ask(self._deployment.models, MODEL_REGISTRY, "model", raw(model)))

    def _ask(
        self, where: Address, contract: str, function: str, *arguments: Any, block: int | None = None
    ) -> Any:
        abi = interface(contract)
        data = self._node.call(where, abi.encode_call(function, arguments), block=block)
        try:
            return abi.decode_result(function, data)
        except DecodingError as error:
            raise Misconfigured(
                f"What stands at {where} does not answer {function}() as a {contract} does.",
                "Check the address, and that the chain is the one it was deployed to.",
            ) from error
