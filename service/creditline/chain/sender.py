"""Sends what is in the outbox, each exactly once, with consecutive nonces, wherever it is killed.

A transaction is kept with its nonce and its signed bytes before it is broadcast. So a restart broadcasts the same bytes
again, which the chain takes at most once; and a nonce is given out only to something that has been simulated.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TypeVar

from creditline.chain.ceilings import gas_ceiling
from creditline.chain.direct import gas_limit, unsigned
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Fees, Mined, Node, Reverted
from creditline.chain.outbox import Attempt, Entry, Outbox, State
from creditline.chain.patience import Patience
from creditline.chain.rpc import Refused
from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Unavailable
from creditline.ids import Bytes32

_log = logging.getLogger(__name__)
GWEI = 10**9
_T = TypeVar("_T")


class _AboveCeiling(Exception):
    """A transaction would cost more gas than its purpose is worth."""


class _Short(Exception):
    """There is too little money for a transaction that may cost so much gas."""

    def __init__(self, gas: int, alarm: str) -> None:
        self.gas = gas
        super().__init__(alarm)


@dataclass(frozen=True)
class SendingPolicy:
    """`max_fee_cap` in wei per gas; `patience_blocks` is how long a transaction may wait before its price is raised."""

    max_fee_cap: int = 500 * GWEI
    patience_blocks: int = 3
    in_flight_max: int = 32
    poll_s: float = 0.5


class Sender:
    """One key, one outbox, one thread. `wake` is set by whoever enqueues, so that nothing waits for the next poll."""

    def __init__(
        self,
        node: Node,
        key: OperatorKey,
        outbox: Outbox,
        *,
        policy: SendingPolicy | None = None,
        wake: threading.Event | None = None,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._node = node
        self._key = key
        self._outbox = outbox
        self._policy = policy or SendingPolicy()
        self.wake = wake or threading.Event()
        self._checkpoint = checkpoint
        self.alarm = ""
        """What only a person can change, such as gas above the cap or a lack of money; empty while all is well."""
        self._short: dict[str, int] = {}  # queued entries that nobody can pay for now, and the gas of each

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Outages are waited out; anything else ends the thread with its error."""
        patience = Patience("The sender")
        while not stop.is_set():
            self.wake.clear()
            try:
                progressed = self.step()
            except Unavailable as outage:
                patience.wait_out(outage, stop)
                continue
            patience.reset()
            if not progressed:
                self.wake.wait(self._policy.poll_s)

    def step(self) -> bool:
        """Look at everything once. True when something changed, so that another look is worth while."""
        self._node.check_chain()
        before, self.alarm = self.alarm, ""
        followed = self._follow()
        sent = self._send()
        if self.alarm and not before:
            _log.error("%s", self.alarm)
        return sent or followed

    def _follow(self) -> bool:
        entries = self._outbox.in_flight(self._key.address)
        if not entries:
            return False
        used = self._node.transaction_count(self._key.address)
        finalised = self._node.finalised().number
        progressed = False
        for entry in entries:
            progressed = self._follow_one(entry, used, finalised) or progressed
        return progressed

    def _follow_one(self, entry: Entry, used: int, finalised: int) -> bool:
        nonce = _set(entry.nonce)
        if nonce >= used:
            if entry.state == State.MINED:  # the block that held it is gone
                self._outbox.unmine(entry.key)
            self._keep_alive(entry, is_next=nonce == used)
            return entry.state == State.MINED
        if entry.state == State.MINED and _set(entry.block_number) > finalised:
            return False
        mined = self._receipt(entry)
        if mined is None:
            return self._overtaken(entry)
        if mined.block_number <= finalised:
            return self._conclude(entry, mined)
        if entry.state == State.SIGNED:
            self._outbox.mine(entry.key, mined.tx_hash, mined.block_number, mined.block_hash)
            self._checkpoint("mined")
            return True
        return False

    def _receipt(self, entry: Entry) -> Mined | None:
        found = (self._node.receipt(tx_hash) for tx_hash in entry.hashes)
        return next((mined for mined in found if mined is not None), None)

    def _conclude(self, entry: Entry, mined: Mined) -> bool:
        block = self._node.block(mined.block_number)
        if block is None or block.hash != mined.block_hash:
            return False  # the node answers from two states: look again
        if entry.state == State.SIGNED:
            self._outbox.mine(entry.key, mined.tx_hash, mined.block_number, mined.block_hash)
        if mined.succeeded:
            self._outbox.finish(entry.key, mined.tx_hash, mined.block_number, mined.block_hash)
        else:
            reason = self._node.why_reverted(
                entry.to, entry.data, self._key.address, entry.value, mined.block_number
            )
            self._outbox.fail(entry.key, reason)
            _log.error("Transaction %s (%s) failed on chain: %s", entry.key, entry.purpose, reason)
        self._checkpoint("concluded")
        return True

    def _overtaken(self, entry: Entry) -> bool:
        """Its nonce is used, but by none of its versions. Only a final block makes that certain."""
        finally_used = self._node.transaction_count(self._key.address, at="finalized")
        if finally_used <= _set(entry.nonce) or any(self._node.is_known(h) for h in entry.hashes):
            return False
        _log.warning("Another program with this key took nonce %s: %s is sent again", entry.nonce, entry.key)
        if entry.state == State.MINED:
            self._outbox.unmine(entry.key)
        self._outbox.requeue(entry.key)
        return True

    def _keep_alive(self, entry: Entry, *, is_next: bool) -> None:
        waited = self._node.latest().number - _set(entry.sent_block)
        if is_next and waited >= self._policy.patience_blocks:
            self._raise_price(entry)
        elif not self._node.is_known(entry.hashes[0]):
            self._broadcast(entry.key, _set(entry.raw))

    def _raise_price(self, entry: Entry) -> None:
        """Nodes take a replacement only when both prices rise by a tenth; an eighth leaves room for rounding."""
        fresh = self._node.fees()
        fees = Fees(
            max(fresh.max_fee, _set(entry.max_fee) * 9 // 8 + 1), max(fresh.tip, _set(entry.tip) * 9 // 8 + 1)
        )
        if self._too_dear(fees, entry.key):
            return
        attempt = self._attempt(entry, _set(entry.nonce), _set(entry.gas), fees)
        self._outbox.replace(entry.key, attempt)
        self._checkpoint("replaced")
        self._broadcast(entry.key, attempt.raw)

    def _send(self) -> bool:
        """What cannot be paid for takes no room, so that it does not hold up what stands behind it."""
        room = self._policy.in_flight_max - len(self._outbox.in_flight(self._key.address))
        queued = self._outbox.queued(room + len(self._short)) if room > 0 else ()
        if not queued:
            return False
        fees, held = self._node.fees(), self._node.balance(self._key.address)
        if self._too_dear(fees, queued[0].key):
            return False
        before, self._short = self._short, {}
        progressed = False
        for entry in queued:
            if room == 0:
                break
            try:
                self._require_money(entry, before.get(entry.key, 0), fees, held)
                gas = self._simulate(entry)
                self._require_money(entry, gas, fees, self._node.balance(self._key.address))
                self._sign_and_send(entry, gas, fees)
                room -= 1
            except _Short as short:
                self._short[entry.key] = short.gas
                self.alarm = self.alarm or str(short)
                continue
            except _AboveCeiling as fault:
                self._give_up(entry, str(fault))
            except Reverted as reverted:
                if self._waits_for_earlier():
                    break
                if self._short:  # what it needs may be held up before it
                    self._short[entry.key] = max(self._short.values())
                    continue
                self._give_up(entry, reverted.reason)
            progressed = True
        return progressed

    def _give_up(self, entry: Entry, reason: str) -> None:
        self._outbox.fail(entry.key, reason)
        _log.error("Transaction %s (%s) would fail: %s", entry.key, entry.purpose, reason)

    def _sign_and_send(self, entry: Entry, gas: int, fees: Fees) -> None:
        sender = self._key.address
        highest = self._outbox.highest_nonce(sender)
        nonce = max(self._node.transaction_count(sender), 0 if highest is None else highest + 1)
        attempt = self._attempt(entry, nonce, gas, fees)
        self._checkpoint("before-keeping")
        self._outbox.sign(entry.key, attempt)
        self._checkpoint("kept")
        self._broadcast(entry.key, attempt.raw)
        self._checkpoint("broadcast")

    def _simulate(self, entry: Entry) -> int:
        """Gas to allow. Raises `Reverted`, `_AboveCeiling`, and `Unavailable` for what time will heal."""
        try:
            estimate = self._node.estimate_gas(entry.to, entry.data, self._key.address, entry.value)
        except Refused as refused:
            raise Unavailable(
                f"The node cannot simulate {entry.purpose}: {refused.message}.",
                f"Check that {self._key.address} has money for gas.",
            ) from refused
        ceiling = gas_ceiling(entry.key)
        if estimate > ceiling:
            raise _AboveCeiling(f"it needs {estimate} gas, above the ceiling of {ceiling} for its purpose")
        return gas_limit(estimate)

    def _require_money(self, entry: Entry, gas: int, fees: Fees, held: int) -> None:
        """Not every node says so when it simulates, and a nonce must not go to what nobody can pay for."""
        needed = gas * fees.max_fee + entry.value
        if held < needed:
            raise _Short(
                gas,
                f"To {entry.purpose} may cost {needed} wei; {self._key.address} holds {held}."
                " Send it some: everything that waits goes on by itself.",
            )

    def _waits_for_earlier(self) -> bool:
        """Something that is on its way may be what this one needs: only then a revert is not the last word."""
        in_flight = self._outbox.in_flight(self._key.address)
        return any(entry.state == State.SIGNED for entry in in_flight)

    def _attempt(self, entry: Entry, nonce: int, gas: int, fees: Fees) -> Attempt:
        fields = unsigned(self._node, entry.to, entry.data, entry.value, nonce=nonce, gas=gas, fees=fees)
        tx_hash, raw_bytes = self._key.sign_transaction(fields)
        head = self._node.latest().number
        return Attempt(
            self._key.address, nonce, Bytes32(tx_hash), raw_bytes, gas, fees.max_fee, fees.tip, head
        )

    def _broadcast(self, key: str, raw_bytes: bytes) -> None:
        """A refusal is no failure: the bytes are kept, and the next step looks again."""
        try:
            self._node.send_raw(raw_bytes)
        except Refused as refused:
            _log.warning("The node does not take transaction %s now: %s", key, refused.message)

    def _too_dear(self, fees: Fees, key: str) -> bool:
        if fees.max_fee <= self._policy.max_fee_cap:
            return False
        cap = self._policy.max_fee_cap
        self.alarm = f"Gas costs {fees.max_fee} wei, above the cap of {cap}: {key} waits."
        return True


def _set(value: _T | None) -> _T:
    assert value is not None, "a signed entry has its nonce, prices and bytes"
    return value
