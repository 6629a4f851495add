"""A node as the rest of this room needs it: blocks, logs, view calls, fees, and sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from creditline.chain.abi import revert_reason
from creditline.chain.rpc import Refused, Rpc
from creditline.errors import Conflict, Unavailable
from creditline.ids import Address, Bytes32, address, raw

_ERC1271_MAGIC = bytes.fromhex("1626ba7e")
_ERC1271_GAS_MAX = 2_000_000  # a wallet that burns more keeps every reader of its batch waiting
_TIP_MIN_WEI = 1_000_000  # a node that suggests nothing still has to be paid something


class Reverted(Conflict):
    """A contract refused the call, or broke in it. `reason` is its custom error with its values, or the node's words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The contract refuses the call: {reason}.", "Compare the values in it with what you sent."
        )


@dataclass(frozen=True)
class Block:
    """A header. `time` in unix seconds, `base_fee` in wei per gas; `bloom` tells what logs may be in it."""

    number: int
    hash: Bytes32
    parent_hash: Bytes32
    time: int
    base_fee: int
    bloom: bytes


@dataclass(frozen=True)
class Log:
    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: Bytes32
    tx_hash: Bytes32
    log_index: int


@dataclass(frozen=True)
class Mined:
    """A transaction's receipt. `succeeded` is False when it was included and reverted."""

    tx_hash: Bytes32
    block_number: int
    block_hash: Bytes32
    succeeded: bool


@dataclass(frozen=True)
class Fees:
    """EIP-1559 prices in wei per gas."""

    max_fee: int
    tip: int


class Node:
    """Plain values in, plain values out. Every method raises `Unavailable` when the node does not answer."""

    def __init__(self, rpc_url: str, expected_chain_id: int, timeout_s: float = 10) -> None:
        self.chain_id = expected_chain_id
        self._rpc = Rpc(rpc_url, expected_chain_id, timeout_s)

    def check_chain(self) -> None:
        """Raises `Misconfigured`, naming both chains, when the node serves another one."""
        self._rpc.check_chain()

    def latest(self) -> Block:
        return self._known_block("latest")

    def finalised(self) -> Block:
        """The newest block that only a failure of the chain itself could take back."""
        return self._known_block("finalized")

    def block(self, number: int) -> Block | None:
        """The canonical block with this number, or None where the node has none yet."""
        found = self._answer("eth_getBlockByNumber", hex(number), False)
        return _block(found) if found else None

    def blocks(self, first: int, last: int) -> list[Block]:
        """Headers of a range, both ends included. Raises `Unavailable` unless they form one chain."""
        wanted = range(first, last + 1)
        try:
            answers = self._rpc.batch("eth_getBlockByNumber", [(hex(number), False) for number in wanted])
        except Refused as refused:
            raise _refusing(refused) from refused
        found = [_block(answer) for answer in answers if answer]
        links = pairwise(found)
        if [block.number for block in found] != list(wanted) or any(
            later.parent_hash != earlier.hash for earlier, later in links
        ):
            raise _inconsistent(f"blocks {first} to {last} do not form a chain")
        return found

    def logs(self, addresses: Sequence[Address], first: int, last: int) -> list[Log]:
        """Logs of a range, both ends included, as the node gives them. A refused range is split."""
        query = {"address": list(addresses), "fromBlock": hex(first), "toBlock": hex(last)}
        try:
            return [_log(item) for item in self._request("eth_getLogs", query)]
        except Refused as refused:
            if first == last:
                raise Unavailable(
                    f"The node refuses the logs of block {first}: {refused.message}.", "Use another node."
                ) from refused
        middle = (first + last) // 2
        return self.logs(addresses, first, middle) + self.logs(addresses, middle + 1, last)

    def logs_of_blocks(self, addresses: Sequence[Address], hashes: Sequence[Bytes32]) -> list[list[Log]]:
        """For each block, named by hash, its logs."""
        queries = [({"address": list(addresses), "blockHash": block_hash},) for block_hash in hashes]
        try:
            answers = self._rpc.batch("eth_getLogs", queries)
        except Refused as refused:
            raise _refusing(refused) from refused
        return [[_log(item) for item in answer] for answer in answers]

    def call(self, to: Address, data: bytes, *, sender: Address | None = None, block: int | None = None,
             value: int = 0, gas: int | None = None) -> bytes:  # fmt: skip
        """What the contract returns, by default as of the latest block. Raises `Reverted` with the reason."""
        transaction = _unsigned(to, data, sender, value) | ({} if gas is None else {"gas": hex(gas)})
        try:
            return raw(self._simulated("eth_call", transaction, _at(block)))
        except Refused as refused:
            raise _refusing(refused) from refused

    def estimate_gas(self, to: Address, data: bytes, sender: Address, value: int = 0) -> int:
        """Gas that the call would use after everything that waits in the pool. Raises `Reverted`, `Refused`."""
        return int(self._simulated("eth_estimateGas", _unsigned(to, data, sender, value), "pending"), 16)

    def fees(self) -> Fees:
        """Prices that stay sufficient while the base fee doubles."""
        tip = max(int(self._answer("eth_maxPriorityFeePerGas"), 16), _TIP_MIN_WEI)
        return Fees(2 * self.latest().base_fee + tip, tip)

    def transaction_count(self, sender: Address, *, at: str = "latest") -> int:
        """How many nonces are used, at `latest`, `pending` or `finalized`."""
        return int(self._answer("eth_getTransactionCount", sender, at), 16)

    def balance(self, who: Address, block: int | None = None) -> int:
        """In wei."""
        return int(self._answer("eth_getBalance", who, _at(block)), 16)

    def code_at(self, where: Address, block: int | None = None) -> bytes:
        """A contract's code; empty for a wallet, and for a contract that is not there yet."""
        return raw(self._answer("eth_getCode", where, _at(block)))

    def send_raw(self, transaction: bytes) -> None:
        """Broadcast. A transaction that the node knows already is no error. Raises `Refused` otherwise."""
        try:
            self._request("eth_sendRawTransaction", "0x" + transaction.hex())
        except Refused as refused:
            if not any(words in refused.message.lower() for words in ("already known", "already imported")):
                raise

    def receipt(self, tx_hash: Bytes32) -> Mined | None:
        """None while the transaction is in no canonical block."""
        found = self._answer("eth_getTransactionReceipt", tx_hash)
        if not found or found.get("blockHash") is None:
            return None
        block_number, status = int(found["blockNumber"], 16), int(found["status"], 16)
        return Mined(tx_hash, block_number, Bytes32(found["blockHash"].lower()), status == 1)

    def is_known(self, tx_hash: Bytes32) -> bool:
        """Whether the node has the transaction, in a block or in its pool."""
        return self._answer("eth_getTransactionByHash", tx_hash) is not None

    def why_reverted(self, to: Address, data: bytes, sender: Address, value: int, block: int) -> str:
        """Replay a reverted transaction on the state before its block."""
        try:
            self._simulated("eth_call", _unsigned(to, data, sender, value), _at(max(block - 1, 0)))
        except Reverted as reverted:
            return reverted.reason
        except Refused as refused:  # asking again would not help, and the sender has other things to do
            return f"reverted, and the node cannot say why: {refused.message}"
        return "reverted after an earlier transaction of the same block, or ran out of gas"

    def is_valid_signature(self, wallet: Address, digest: bytes, signature: bytes) -> bool:
        """Ask a contract wallet (ERC-1271) whether it signed. A wallet that reverts, breaks or burns its gas has not."""
        head = _ERC1271_MAGIC + digest + (64).to_bytes(32) + len(signature).to_bytes(32)
        padded = signature + b"\0" * (-len(signature) % 32)
        try:
            answer = self.call(wallet, head + padded, gas=_ERC1271_GAS_MAX)
        except Reverted:
            return False
        return answer[:32] == _ERC1271_MAGIC + b"\0" * 28

    def _known_block(self, tag: str) -> Block:
        found = self._answer("eth_getBlockByNumber", tag, False)
        if not found:
            raise _inconsistent(f"it has no {tag} block")
        return _block(found)

    def _simulated(self, method: str, *params: Any) -> str:
        try:
            return str(self._request(method, *params))
        except Refused as refused:
            if refused.is_revert:
                raise Reverted(revert_reason(refused.data or b"")) from refused
            if refused.is_evm_failure:
                raise Reverted(refused.message) from refused
            raise

    def _answer(self, method: str, *params: Any) -> Any:
        """For questions that a healthy node never refuses."""
        try:
            return self._request(method, *params)
        except Refused as refused:
            raise _refusing(refused) from refused

    def _request(self, method: str, *params: Any) -> Any:
        return self._rpc.request(method, *params)


def _unsigned(to: Address, data: bytes, sender: Address | None, value: int) -> dict[str, str]:
    fields = {"to": to, "data": "0x" + data.hex(), "value": hex(value)}
    return fields | ({"from": sender} if sender else {})


def _block(found: dict[str, Any]) -> Block:
    return Block(
        number=int(found["number"], 16),
        hash=Bytes32(found["hash"].lower()),
        parent_hash=Bytes32(found["parentHash"].lower()),
        time=int(found["timestamp"], 16),
        base_fee=int(found.get("baseFeePerGas") or "0x0", 16),
        bloom=raw(found["logsBloom"]),
    )


def _log(found: dict[str, Any]) -> Log:
    if found.get("removed") or found.get("blockHash") is None:
        raise _inconsistent("it offers a log that is in no block")
    return Log(
        address=address(found["address"]),
        topics=tuple(raw(topic) for topic in found["topics"]),
        data=raw(found["data"]),
        block_number=int(found["blockNumber"], 16),
        block_hash=Bytes32(found["blockHash"].lower()),
        tx_hash=Bytes32(found["transactionHash"].lower()),
        log_index=int(found["logIndex"], 16),
    )


def _at(block: int | None) -> str:
    return "latest" if block is None else hex(block)


def _refusing(refused: Refused) -> Unavailable:
    return Unavailable(f"The node refuses {refused}.", "Use another node.")


def _inconsistent(what: str) -> Unavailable:
    return Unavailable(f"The chain node contradicts itself: {what}.", "It may be catching up: we ask again.")
