"""What an auditor asks of a chain node. Nothing here is the operator's word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from creditline.ids import Address, PoolId
from creditline.typed_data import TypedData


class Deployment(Protocol):
    """Which contracts on which chain."""

    @property
    def chain_id(self) -> int: ...
    @property
    def works(self) -> Address: ...
    @property
    def models(self) -> Address: ...
    @property
    def ledger(self) -> Address: ...


class Event(Protocol):
    """One log of one of the contracts.

    `args` by their names in the contract's interface, as plain values: integers, booleans, lower-case 0x-hex,
    checksummed addresses, lists, and mappings for structs.
    """

    @property
    def name(self) -> str: ...
    @property
    def args(self) -> Mapping[str, Any]: ...
    @property
    def block_number(self) -> int: ...
    @property
    def block_time(self) -> int: ...
    @property
    def log_index(self) -> int: ...
    @property
    def tx_hash(self) -> str: ...


class Chain(Protocol):
    """A node's word. All of it is of one finalised block: storage is read at the block where the events end.

    Every method raises `Unavailable` when the node does not answer.
    """

    @property
    def deployment(self) -> Deployment: ...
    @property
    def time(self) -> int:
        """Unix second of the block whose storage is read."""

    def events(self) -> Iterable[Event]:
        """Every event of the three contracts since they were deployed, in chain order."""

    def is_signed(self, who: Address, data: TypedData, signature: str) -> bool:
        """Did `who` sign, as the contracts would answer today: with its key, or by its code (ERC-1271)?"""

    def has_code(self, who: Address) -> bool:
        """Is `who` a contract wallet, whose answer about a signature may change?"""

    def base_pool(self, who: Address) -> PoolId | None:
        """The pool that a contract calls its base pool. None for wallets, and for contracts that name none."""

    def credit(self, token: Address, who: Address) -> int:
        """What the ledger lets `who` withdraw."""

    def pool(self, pool_id: PoolId) -> Mapping[str, Any]:
        """The struct `IRoyaltyLedger.Pool` by its field names; all zero for a pool that is not open."""

    def epoch_hash(self, pool_id: PoolId, n: int) -> str:
        """What the ledger keeps of an epoch that stands; all zero for any other."""

    def claimed(self, pool_id: PoolId, index: int) -> int:
        """What epochs have paid to an index."""

    def dispute(self, pool_id: PoolId) -> Mapping[str, Any]:
        """The struct `IRoyaltyLedger.Dispute` by its field names; all zero where there is none."""

    def fixed_claimable(self, pool_id: PoolId, role: int) -> int:
        """What a role can claim: 0 developer, 1 compute, 2 treasury, 3 commons."""

    def token_balance(self, token: Address, owner: Address) -> int:
        """What `owner` holds of a token; of ETH for the zero address."""
