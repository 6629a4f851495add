"""Send one transaction and wait for it: for deployments and for people at a terminal.

The service itself sends through the outbox, which survives being killed; this does not.
"""

from __future__ import annotations

import threading
import time

from creditline.chain.keys import OperatorKey
from creditline.chain.node import Fees, Mined, Node
from creditline.chain.rpc import Refused
from creditline.errors import Unavailable
from creditline.ids import Address

_SLOTS_SPARE = 50_000


def gas_limit(estimate: int) -> int:
    """What to allow for an estimate, in gas; what is not used costs nothing.

    The block that takes the call may come a second later and after others: a slot that was shared by the second or
    filled by somebody is then a fresh one, at 22,100 gas each.
    """
    return estimate * 5 // 4 + _SLOTS_SPARE


def unsigned(
    node: Node, to: Address, data: bytes, value: int, *, nonce: int, gas: int, fees: Fees
) -> dict[str, object]:
    """The fields of an EIP-1559 transaction."""
    return {
        "type": 2,
        "chainId": node.chain_id,
        "nonce": nonce,
        "to": to,
        "data": data,
        "value": value,
        "gas": gas,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.tip,
    }


class Direct:
    """Sends with one key, one transaction at a time."""

    def __init__(self, node: Node, key: OperatorKey, *, timeout_s: float = 120, poll_s: float = 0.05) -> None:
        self._node = node
        self._key = key
        self._timeout_s = timeout_s
        self._poll_s = poll_s

    def send(self, to: Address, data: bytes, value: int = 0) -> Mined:
        """Raises `Reverted` before anything is sent, `Unavailable` when no block takes it in time."""
        node, sender = self._node, self._key.address
        gas = self._allow(to, data, value)
        nonce, fees = node.transaction_count(sender, at="pending"), node.fees()
        fields = unsigned(node, to, data, value, nonce=nonce, gas=gas, fees=fees)
        tx_hash, raw_bytes = self._key.sign_transaction(fields)
        try:
            node.send_raw(raw_bytes)
        except Refused as refused:
            raise self._refusal(refused) from refused
        pause, give_up = threading.Event(), time.monotonic() + self._timeout_s
        while time.monotonic() < give_up:
            mined = node.receipt(tx_hash)
            if mined is not None:
                return mined
            pause.wait(self._poll_s)
        raise Unavailable(
            f"No block took transaction {tx_hash} in {self._timeout_s:.0f} s.", "Look at it in an explorer."
        )

    def _allow(self, to: Address, data: bytes, value: int) -> int:
        try:
            return gas_limit(self._node.estimate_gas(to, data, self._key.address, value))
        except Refused as refused:
            raise self._refusal(refused) from refused

    def _refusal(self, refused: Refused) -> Unavailable:
        return Unavailable(
            f"The node refuses the transaction: {refused.message}.",
            f"Check the balance of {self._key.address}.",
        )
