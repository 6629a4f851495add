"""Carries finalised events from the chain to whoever keeps them, in order, once, from where it stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from creditline.chain.deployment import Deployment
from creditline.chain.node import Block, Node
from creditline.chain.patience import Patience
from creditline.chain.scan import scan_blocks
from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Corrupt, Unavailable
from creditline.events import Event

_log = logging.getLogger(__name__)
SPAN_MAX = 2_000

Cursor = tuple[int, str]
"""Number and hash of the last block that has been read."""


class ReorgBeyondFinality(Corrupt):
    """A block that was final is no longer on the chain. No software can know which of the two histories is right."""


class Sink(Protocol):
    """Where events are kept."""

    def cursor(self) -> Cursor | None: ...

    def extend(self, before: Cursor | None, events: Sequence[Event], after: Cursor) -> None:
        """Keep the events and move the cursor, in one transaction. Raises `Conflict` if the cursor is not `before`."""

    def reset(self) -> None:
        """Forget everything that came from the chain."""


class Follower:
    """One thread. `rebuild`: begin again, rather than stop, when a final block has been taken back."""

    def __init__(
        self,
        node: Node,
        deployment: Deployment,
        sink: Sink,
        *,
        rebuild: bool = False,
        span: int = SPAN_MAX,
        poll_s: float = 0.5,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._node = node
        self._deployment = deployment
        self._sink = sink
        self._rebuild = rebuild
        self._span_max = self._span = span
        self._poll_s = poll_s
        self._checkpoint = checkpoint

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Outages are waited out; a reorganisation beyond finality ends the thread."""
        patience = Patience("The follower")
        while not stop.is_set():
            try:
                progressed = self.step()
            except Unavailable as outage:
                patience.wait_out(outage, stop)
                continue
            except Corrupt:
                _log.critical("The follower stops: what it has read is no longer what the chain says.")
                raise
            patience.reset()
            if not progressed:
                stop.wait(self._poll_s)

    def step(self) -> bool:
        """Read one range. True when there may be more. Raises `Unavailable`, `ReorgBeyondFinality`."""
        self._node.check_chain()
        head = self._node.finalised()
        cursor = self._checked_cursor(head)
        first = self._deployment.block if cursor is None else cursor[0] + 1
        if head.number < first:
            return False
        last = min(head.number, first + self._span - 1)
        try:
            scan = scan_blocks(self._node, self._deployment, first, last)
            self._check_ends(cursor, scan.first, scan.last, head)
        except Unavailable:
            self._span = max(1, self._span // 4)
            raise
        self._checkpoint("read")
        self._sink.extend(cursor, scan.events, (scan.last.number, scan.last.hash))
        self._checkpoint("extended")
        self._span = min(self._span_max, self._span * 2)
        return True

    def _checked_cursor(self, head: Block) -> Cursor | None:
        """The cursor, if the chain still has its block."""
        cursor = self._sink.cursor()
        if cursor is None:
            return None
        number, block_hash = cursor
        if head.number < number:
            raise Unavailable(
                f"The node has finalised block {head.number}, but we have read block {number} already.",
                "It is catching up, or it is the node of another chain.",
            )
        block = self._node.block(number)
        if block is None:
            raise Unavailable(f"The node does not show block {number}.", "It may be catching up.")
        if block.hash == block_hash:
            return cursor
        if not self._rebuild:
            raise ReorgBeyondFinality(
                f"Block {number} was final with hash {block_hash}; now the chain has {block.hash} there.",
                "Find out what happened to the chain, then start with --rebuild to read everything again.",
            )
        _log.critical("Block %s was final and is gone: everything is read again.", number)
        self._sink.reset()
        return None

    def _check_ends(self, cursor: Cursor | None, first: Block, last: Block, head: Block) -> None:
        follows_on = cursor is None or first.parent_hash == cursor[1]
        reaches_head = last.number != head.number or last.hash == head.hash
        if not (follows_on and reaches_head):
            raise Unavailable(
                f"Blocks {first.number} to {last.number} do not join what the node said before.",
                "It may be catching up: we ask again.",
            )
