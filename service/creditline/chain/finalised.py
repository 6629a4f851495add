"""The chain as an auditor reads it: everything as of one finalised block."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from creditline.chain.deployment import Deployment
from creditline.chain.node import Node
from creditline.chain.reader import ChainReader
from creditline.chain.signatures import SignatureVerifier
from creditline.errors import Unavailable
from creditline.events import Event
from creditline.ids import Address, PoolId
from creditline.typed_data import TypedData


class FinalisedChain:
    """Pins the newest finalised block when it is made. Raises `Unavailable` when the node does not answer."""

    def __init__(self, node: Node, deployment: Deployment) -> None:
        self.deployment = deployment
        self._node = node
        self._reader = ChainReader(node, deployment)
        self._is_signed = SignatureVerifier(node)
        self.block = self._reader.finalised_block()
        self._state_block = self._find_state()
        newest = node.latest().number if self._state_block is None else self._state_block
        self.time = self._reader.block_time(newest)

    def events(self) -> Iterable[Event]:
        return self._reader.events(self.deployment.block, self.block)

    def is_signed(self, who: Address, data: TypedData, signature: str) -> bool:
        return self._is_signed(who, data, signature)

    def has_code(self, who: Address) -> bool:
        return bool(self._node.code_at(who, self._state_block))

    def base_pool(self, who: Address) -> PoolId | None:
        return self._reader.base_pool(who, self._state_block)

    def credit(self, token: Address, who: Address) -> int:
        return self._reader.credit(token, who, self._state_block)

    def pool(self, pool_id: PoolId) -> dict[str, Any]:
        return self._reader.pool(pool_id, self._state_block)

    def epoch_hash(self, pool_id: PoolId, n: int) -> str:
        return self._reader.epoch_hash(pool_id, n, self._state_block)

    def claimed(self, pool_id: PoolId, index: int) -> int:
        return self._reader.claimed(pool_id, index, self._state_block)

    def dispute(self, pool_id: PoolId) -> dict[str, Any]:
        return self._reader.dispute(pool_id, self._state_block)

    def fixed_claimable(self, pool_id: PoolId, role: int) -> int:
        return self._reader.fixed_claimable(pool_id, role, self._state_block)

    def token_balance(self, token: Address, owner: Address) -> int:
        return self._reader.balance(token, owner, self._state_block)

    def _find_state(self) -> int | None:
        """The block to read storage at. None is the latest one, as good for a node without history if nothing followed."""
        try:
            self._node.code_at(self.deployment.ledger, self.block)
        except Unavailable:
            newest = self._node.latest().number
            if any(True for _ in self._reader.events(self.block + 1, newest)):
                raise Unavailable(
                    f"The node keeps no state of block {self.block}, and something has happened since.",
                    "Use an archive node, or try again when the newest blocks are final.",
                ) from None
            return None
        return self.block
