"""Takes epochs from the last receipt to the last objection: close, write, build, publish, post, watch, final.

Each step is one transaction of its own and is found again in the stage of a draft, so the keeper may be killed anywhere:
what it did last is kept, or it does it again. Building again makes another document at most, never another receipt.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from creditline import canonical
from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Conflict, Corrupt, CreditlineError, Missing, Unavailable
from creditline.ids import Bytes32, PoolId
from creditline.library import Library
from creditline.polling import poll
from creditline.royalties.closing import Reported, Standing, close_epoch
from creditline.royalties.distribution import DISTRIBUTION_BYTES_MAX, NO_DEADLINE, is_distribution
from creditline.royalties.epoch_document import EpochDocument
from creditline.royalties.keeping import (
    OTHER_POSTED,
    Closings,
    Draft,
    EncodePost,
    Epochs,
    Horizon,
    LostEpochs,
    Posted,
    Restored,
    Stage,
    WriteWork,
)
from creditline.royalties.leaves import Payout
from creditline.royalties.pool import Pool, Pools
from creditline.royalties.published import PublishedEpochs
from creditline.typed_data import Domain

CUTOFF_AGE_MAX_S = 6 * 24 * 3600
"""The contract refuses a cutoff that is older than seven days: what waited longer than this is built again."""
CHEQUE_PERIOD_S = 30 * 24 * 3600
"""That long before its deadline, a receipt of an epoch that was not posted can be settled by whoever holds it."""
CHEQUE_NOTICE_S = 7 * 24 * 3600
HOLD_S = 30
PAUSE_S = 2
"""Doubled with every attempt: what the chain refuses for being a moment early goes through soon."""
PAUSE_MAX_S = 3600
_log = logging.getLogger(__name__)


class EpochKeeper:
    """One thread. `epoch_seconds_max` is how old an open epoch's first receipt may become; `clock` gives unix seconds."""

    def __init__(  # noqa: PLR0913 - one argument per party it works with
        self,
        *,
        closings: Closings,
        lost: LostEpochs,
        epochs: Epochs,
        published: PublishedEpochs,
        pools: Pools,
        library: Library,
        write: WriteWork,
        encode_post: EncodePost,
        horizon: Horizon,
        domain: Domain,
        epoch_seconds_max: int = 3600,
        poll_s: float = 1,
        clock: Callable[[], float] = time.time,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._closings = closings
        self._lost = lost
        self._epochs = epochs
        self._pools = pools
        self._library = library
        self._published = published
        self._write = write
        self._encode_post = encode_post
        self._horizon = horizon
        self._domain = domain
        self._epoch_seconds_max = epoch_seconds_max
        self._poll_s = poll_s
        self._clock = clock
        self._checkpoint = checkpoint

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Outages are waited out; anything unexpected ends the thread with its error."""
        poll(self.step, stop, self._poll_s, _log, "Epochs wait")

    def step(self) -> bool:
        """Move every pool's oldest epoch by one stage. True when one moved."""
        now = int(self._clock())
        for pool_id, number in self._lost.lost():
            self._restore(pool_id, number)
        self._closings.close_older(now - self._epoch_seconds_max, now)
        self._checkpoint("closed")
        moved = [self._try(draft) for draft in self._closings.active() if draft.due <= now]
        return any(moved)

    def alarm(self) -> str:
        """What keeps epochs from going on, in words; empty while nothing does."""
        held = [draft for draft in self._closings.active() if draft.reason]
        return " ".join(f"Epoch {draft.number} of pool {draft.pool_id}: {draft.reason}" for draft in held)

    def _try(self, draft: Draft) -> bool:
        """One pool's trouble must not hold back the others."""
        try:
            return self._advance(draft)
        except Unavailable as outage:
            _log.warning("Epoch %s of pool %s waits: %s", draft.number, draft.pool_id, outage)
        except CreditlineError as error:
            _log.error("Epoch %s of pool %s is held: %s", draft.number, draft.pool_id, error)
            self._closings.hold(draft, str(error), int(self._clock()) + HOLD_S)
        return False

    def _advance(self, draft: Draft) -> bool:
        if draft.stage is Stage.STOPPED:
            return False
        posted = self._epochs.posted(draft.pool_id, draft.number)
        if posted is not None and posted.epoch == draft.epoch:
            return self._follow(draft, posted)
        if posted is not None and not posted.is_void:
            self._closings.stop(draft, OTHER_POSTED)
            return True
        return self._prepare(draft)

    def _prepare(self, draft: Draft) -> bool:
        """Nothing of it is on chain: build it, post it, or see what became of the post."""
        if draft.stage is Stage.CLOSED:
            return self._build(draft)
        if draft.stage is Stage.BUILT:
            return self._post(draft)
        return draft.stage is Stage.POSTING and self._look_after(draft)

    def _follow(self, draft: Draft, posted: Posted) -> bool:
        """What the chain holds is ours: watch its window."""
        if posted.is_void:
            if draft.stage in (Stage.POSTING, Stage.POSTED):
                self._closings.reopen(draft, _VOID, due=0)
                self._checkpoint("reopened")
                return True
            return self._prepare(draft)
        if draft.stage is not Stage.POSTED:
            self._closings.save_posted(draft, posted.valid_at)
            self._checkpoint("posted")
            return True
        if posted.is_final:
            self._closings.save_final(draft)
            self._checkpoint("final")
            return True
        return False

    def _build(self, draft: Draft) -> bool:
        pool, before = self._pool(draft), self._before(draft)
        if before is None:
            return False
        if self._write_works(draft):
            return False
        cutoff = self._horizon()  # before the rows: they may be newer, never older
        reported = self._closings.reported(draft)
        _refuse_cheques(reported, int(self._clock()))
        works = {work for each in reported if each for work in each.receipt.work_ids}
        closing = close_epoch(
            draft.number,
            reported,
            before=before,
            terms=pool.params.terms,
            cutoff=cutoff,
            payee_of=self._closings.payees(works, cutoff),
        )
        self._checkpoint("built")
        stored = self._library.put(EpochDocument(self._domain, draft.pool_id, closing).encode())
        self._checkpoint("published")
        self._closings.save_built(draft, closing.epoch(stored.digest), stored.cid)
        self._checkpoint("saved")
        return True

    def _write_works(self, draft: Draft) -> bool:
        """True while works have to be written: the ledger must know them before the epoch is posted."""
        awaited = self._closings.unwritten(draft)
        for work in awaited:
            self._write(work)
        if awaited:
            self._checkpoint("written")
        return bool(awaited)

    def _before(self, draft: Draft) -> Standing | None:
        """What the epochs before have credited; None while the last of them can still be voided."""
        if draft.number == 1:
            return Standing(0, (Payout(self._pool(draft).params.commons, 0),))
        previous = self._epochs.posted(draft.pool_id, draft.number - 1)
        if previous is None or previous.is_void or not previous.is_final:
            return None
        closing = self._published.closing(draft.pool_id, draft.number - 1)
        payouts = tuple(payout for payout in closing.payouts if payout is not None)
        return Standing(previous.epoch.revenue_before + previous.epoch.revenue, payouts)

    def _post(self, draft: Draft) -> bool:
        epoch, pool = draft.epoch, self._pool(draft)
        assert epoch is not None, "what is built has its roots"
        if not pool.staked:
            raise Conflict(
                "The pool's bond is not staked, so nothing can be posted.", "Stake it; the epoch waits."
            )
        if epoch.cutoff + CUTOFF_AGE_MAX_S < self._horizon():
            self._closings.reopen(draft, "It waited too long to be posted.", due=0)
            return True
        self._closings.save_sent(draft, self._encode_post(draft.pool_id, draft.number, draft.attempt, epoch))
        self._checkpoint("sent")
        return True

    def _look_after(self, draft: Draft) -> bool:
        reason = self._closings.failure(draft)
        if reason is None:
            return False
        pause = min(PAUSE_S << min(draft.attempt, 11), PAUSE_MAX_S)
        self._closings.reopen(draft, f"The chain refused it: {reason}.", int(self._clock()) + pause)
        self._checkpoint("reopened")
        return True

    def _restore(self, pool_id: PoolId, number: int) -> None:
        posted = self._epochs.posted(pool_id, number)
        if posted is None or posted.is_void:
            return
        try:
            closing = self._published.closing(pool_id, number)
            # A distribution is the report of all its groups.
            named = {leaf.report_hash for leaf in closing.reports if leaf}
            due = {report_hash: self._deadline(report_hash) for report_hash in named}
            deadlines = tuple(due[leaf.report_hash] if leaf else 0 for leaf in closing.reports)
            stored = self._library.put(EpochDocument(self._domain, pool_id, closing).encode())
        except (Missing, Unavailable, Corrupt) as error:
            _log.warning("Epoch %s of pool %s cannot be read again now: %s", number, pool_id, error)
            return
        self._lost.restore(Restored(pool_id, posted, closing, stored.cid, deadlines))
        self._checkpoint("restored")

    def _deadline(self, report_hash: Bytes32) -> int:
        report = canonical.decode(self._library.fetch(report_hash, DISTRIBUTION_BYTES_MAX))
        if is_distribution(report):
            return NO_DEADLINE
        usage: Any = report.get("usage") or {}
        return int(usage.get("deadline", 0))

    def _pool(self, draft: Draft) -> Pool:
        pool = self._pools.find(draft.pool_id)
        if pool is None:
            raise Unavailable(f"The pool {draft.pool_id} is not read from the chain yet.", "Wait.")
        return pool


def _refuse_cheques(reported: Sequence[Reported | None], now: int) -> None:
    """Whoever settles a receipt while its epoch is on the way makes the epoch a fraud."""
    due = [
        each for each in reported if each and each.receipt.deadline < now + CHEQUE_PERIOD_S + CHEQUE_NOTICE_S
    ]
    if due:
        raise Conflict(
            f"{len(due)} of its receipts have turned into cheques, or soon will.",
            "Settle them with RoyaltyLedger.settle: the epoch is posted without those that are settled.",
        )


_VOID = "It was voided; it is posted again with the same receipts once the bond is staked."
