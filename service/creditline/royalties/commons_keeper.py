"""Passes on what no work explains: out of each commons into its base pool, and from there to everyone a model learned from.

    collect ──▶ forward ──▶ write ──▶ list ──▶ give out, which closes the epoch ──▶ and the epoch keeper goes on

Each step may be killed and done again. Payments are sent once for each level of what is owed, and forwarding once for each
level of the base pool; a document is named by its content; and giving out takes what it gives from what is free, in the one
transaction that enters it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from creditline import canonical
from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Conflict, CreditlineError, Invalid, Unavailable
from creditline.ids import Address, Bytes32, ModelId, PoolId, WorkId
from creditline.library import Library
from creditline.polling import poll
from creditline.royalties.commons import BasePoolOf, is_base_pool
from creditline.royalties.distribution import Distribution, Listed, distribute, gather, unwritten
from creditline.royalties.keeping import WriteWork
from creditline.royalties.pool import Pool
from creditline.transactions import Transaction

DAY_S = 86_400
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holding:
    """What a base pool can give by the finalised block `block`. `busy`: an epoch is on its way, which promises of it."""

    block: int
    amount: int
    busy: bool


class Distributions(Protocol):
    """Base pools, and what is given out of them. Every method is one transaction."""

    def candidates(self) -> list[Pool]:
        """Pools of this operator with the terms of a base pool."""

    def holding(self, pool_id: PoolId) -> Holding:
        """Raises `Unavailable` while rows lag behind."""

    def works(self, model_id: ModelId) -> list[Listed]:
        """All works in a model's training sets, which never change.

        Raises `Unavailable` while a data set is not read, or the creator of a work is not known.
        """

    def written(self, model_id: ModelId, block: int) -> set[WorkId]:
        """Those that the registry held at the end of a block that is read."""

    def give_out(self, distribution: Distribution, document: Bytes32) -> int:
        """Enter the reports of an epoch and close it. Raises `Conflict` where that would give anything out twice."""


class Outbox(Protocol):
    def enqueue(self, transaction: Transaction) -> None: ...


Held = Callable[[Address, Address, int], int]
"""Of a token, by an owner, at a block."""
Collect = Callable[[Address, Address, int], None]
"""Has a commons paid what pools owe to it in a token, each amount of at least so much."""
EncodeForward = Callable[[Address, int, int], Transaction]
"""Commons, what its base pool has taken in so far, and the day."""


class CommonsKeeper:
    """One thread. `forward_min`: a commons that holds less waits. `clock` gives unix seconds."""

    def __init__(  # noqa: PLR0913 - one argument per party it works with
        self,
        *,
        distributions: Distributions,
        base_pool_of: BasePoolOf,
        held: Held,
        collect: Collect,
        outbox: Outbox,
        encode_forward: EncodeForward,
        write: WriteWork,
        library: Library,
        forward_min: int = 1,
        poll_s: float = 1,
        clock: Callable[[], float] = time.time,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._distributions = distributions
        self._base_pool_of = base_pool_of
        self._held = held
        self._collect = collect
        self._outbox = outbox
        self._encode_forward = encode_forward
        self._write = write
        self._library = library
        self._forward_min = forward_min
        self._poll_s = poll_s
        self._clock = clock
        self._checkpoint = checkpoint
        # What never changes, and what was looked at in a block: neither is worth asking for again.
        self._is_base: dict[PoolId, bool] = {}
        self._works: dict[ModelId, list[Listed]] = {}
        self._looked: dict[PoolId, int] = {}
        self._awaited: dict[PoolId, int] = {}
        self.reasons: dict[PoolId, str] = {}
        """What keeps money in a base pool, in words. No alarm: anyone may open one for this operator, and leave it so."""

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Outages are waited out; anything unexpected ends the thread with its error."""
        poll(self.step, stop, self._poll_s, _log, "Commons wait")

    def step(self) -> bool:
        """See to every base pool once. True when something was given out."""
        moved = [self._try(pool) for pool in self._distributions.candidates()]
        return any(moved)

    def _try(self, pool: Pool) -> bool:
        """One pool's trouble must not hold back the others."""
        try:
            moved = self._is_ours(pool) and self._advance(pool)
        except CreditlineError as error:
            if self.reasons.get(pool.id) != str(error):
                _log.warning("The base pool %s waits: %s", pool.id, error)
            self.reasons[pool.id] = str(error)
            return False
        self.reasons.pop(pool.id, None)
        return moved

    def _is_ours(self, pool: Pool) -> bool:
        if pool.id not in self._is_base:
            self._is_base[pool.id] = is_base_pool(pool.id, pool.params, self._base_pool_of)
        return self._is_base[pool.id]

    def _advance(self, pool: Pool) -> bool:
        works = self._read_works(pool.params.model_id)
        creators = len({creator for creator, *_ in works})
        holding = self._distributions.holding(pool.id)
        if self._looked.get(pool.id) != holding.block:
            self._forward(pool, holding.block, creators)
            self._looked[pool.id] = holding.block
        if holding.busy or holding.amount < creators:
            return False
        return self._share_out(pool, holding, works)

    def _read_works(self, model: ModelId) -> list[Listed]:
        if model not in self._works:
            self._works[model] = self._distributions.works(model)
        return self._works[model]

    def _forward(self, pool: Pool, block: int, creators: int) -> None:
        """What would not be a unit for each waits where it is, as it would in the pool."""
        commons, token, least = pool.params.commons, pool.params.token, max(self._forward_min, creators)
        self._collect(commons, token, least)
        if self._held(token, commons, block) < least:
            return
        day = int(self._clock()) // DAY_S
        self._outbox.enqueue(self._encode_forward(commons, pool.deposited, day))
        self._checkpoint("forwarded")

    def _share_out(self, pool: Pool, holding: Holding, works: list[Listed]) -> bool:
        if not pool.staked:
            raise Unavailable("Its bond is not staked, so nothing can be posted.", "Stake it.")
        if self._awaited.get(pool.id) == holding.block:
            return False
        written = self._distributions.written(pool.params.model_id, holding.block)
        if self._write_one_each(unwritten(works, written)):
            self._awaited[pool.id] = holding.block
            return False
        members = gather(works, written)
        distribution = distribute(pool.id, pool.params.model_id, holding.block, holding.amount, members)
        document = self._library.put(canonical.encode(distribution.document())).digest
        self._checkpoint("listed")
        number = self._distributions.give_out(distribution, document)
        self._checkpoint("given out")
        _log.info("Epoch %s of base pool %s shares out %s units", number, pool.id, distribution.amount)
        return True

    def _write_one_each(self, missing: Mapping[Address, WorkId]) -> bool:
        """True while a work has to be written, so that its creator can be paid. A creator whose wallet refuses is left out."""
        is_awaited = False
        for creator, work in missing.items():
            try:
                self._write(work)
                is_awaited = True
            except (Conflict, Invalid) as refused:
                _log.info("The creator %s is left out of a distribution: %s", creator, refused)
        if is_awaited:
            self._checkpoint("written")
        return is_awaited
