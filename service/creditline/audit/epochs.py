"""What the logs say of epochs: postings, claims, bonds and disputes, by the contract's own rules.

What an epoch's trees hold is not judged here: `PoolAccount.epochs` has every field of each, in the order of posting.
"""

from __future__ import annotations

from dataclasses import replace

from creditline.amounts import BASIS_POINTS, cut_total
from creditline.audit.account import NO_DISPUTE, Dispute, PoolAccount, read_epoch
from creditline.audit.evidence import Event
from creditline.audit.ledger import DAY, Ledger, require_running
from creditline.audit.step import Place, require
from creditline.ids import Address
from creditline.royalties.pool import NEVER

CUTOFF_AGE_MAX = 7 * DAY
RULING_PERIOD = 14 * DAY
PAUSE_DAYS = 14


class Epochs:
    """Each method takes one event into the ledger, and raises `Wrong` for one that the contract cannot have emitted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def staked(self, event: Event, _: Place) -> None:
        pool, args = self._ledger.pool(event), event.args
        was, pool.staked = pool.staked, True
        self._credit(pool, args["by"], args["excess"])
        require(not was, "its bond was there before")

    def unstaked(self, event: Event, _: Place) -> None:
        pool = self._ledger.pool(event)
        was, pool.staked = pool.staked, False
        self._credit(pool, pool.params.operator, pool.params.bond)
        require(was, "its bond was not there")
        require(
            event.block_time >= pool.valid_at, "its bond was taken back while an epoch was open to objections"
        )

    def posted(self, event: Event, place: Place) -> None:
        pool, time = self._ledger.pool(event), event.block_time
        before, left, valid_at = pool.reported + pool.pending, pool.available, pool.valid_at
        last, was_staked = pool.epoch, pool.staked
        epoch = read_epoch(event.args, place, time, time + pool.params.window)
        pool.epochs.append(epoch)
        pool.ceiling -= epoch.revenue
        pool.reported, pool.pending = before, epoch.revenue
        pool.valid_at, pool.epoch = epoch.valid_at, epoch.n
        require_running(pool, time)
        require(was_staked, "no bond stood behind it")
        require(time >= valid_at, f"epoch {last} was still open to objections")
        require(epoch.n == last + 1, f"epoch {epoch.n} follows epoch {last}")
        require(0 < epoch.revenue <= left, f"it reports {epoch.revenue} and the pool holds {left}")
        require(epoch.cutoff < time <= epoch.cutoff + CUTOFF_AGE_MAX, f"its cutoff is {epoch.cutoff}")
        said = epoch.revenue_before
        require(said == before, f"it says that {said} were reported before, and {before} were")
        creators = cut_total(before + epoch.revenue, pool.params.terms).creators
        told = epoch.payout_sum
        require(told == creators, f"its payouts add up to {told} and should to {creators}")

    def claimed(self, event: Event, _: Place) -> None:
        pool, args, time = self._ledger.pool(event), event.args, event.block_time
        index, n, total = args["index"], args["n"], args["total"]
        before = pool.claimed.get(index, 0)
        pool.claimed[index] = total
        pool.paid_out += args["amount"]
        owed = total - before
        require(args["amount"] == owed > 0, f"index {index} was paid {args['amount']} and was owed {owed}")
        require(pool.standing(n) is not None, f"epoch {n} was never posted, or is void")
        require(n != pool.epoch or time >= pool.valid_at, f"epoch {n} paid before it was final")
        most = pool.final_revenue(time) * pool.params.creator_bps // BASIS_POINTS
        require(pool.paid_out <= most, f"epochs have paid {pool.paid_out} and reported {most} for creators")

    def disputed(self, event: Event, _: Place) -> None:
        pool, args, time = self._ledger.pool(event), event.args, event.block_time
        was = pool.valid_at
        pool.dispute, pool.valid_at = Dispute(args["by"], was, args["ruleBy"]), NEVER
        self._credit(pool, args["by"], args["excess"])
        require(was != NEVER, "its epoch was disputed before")
        require(args["n"] == pool.epoch and time < was, f"epoch {args['n']} was not open to objections")
        due = time + RULING_PERIOD
        require(args["ruleBy"] == due, f"the arbiter has until {args['ruleBy']} and should have until {due}")

    def challenged(self, event: Event, _: Place) -> None:
        pool, args = self._ledger.pool(event), event.args
        open_until, was_staked, bond = pool.valid_at, pool.staked, pool.params.bond
        if pool.is_disputed:
            self._end_dispute(pool, pool.dispute.by, bond)
        pool.staked = False
        self._credit(pool, args["by"], bond // 2)
        self._credit(pool, pool.params.commons, bond - bond // 2)
        pool.ending = event.name
        require(was_staked, "no bond stood behind its epoch")
        still = args["n"] == pool.epoch and event.block_time < open_until
        require(still, f"epoch {args['n']} was not open to objections")

    def ruled(self, event: Event, _: Place) -> None:
        pool, args, time = self._ledger.pool(event), event.args, event.block_time
        dispute, bond = pool.dispute, pool.params.bond
        require(pool.is_disputed and args["n"] == pool.epoch, f"epoch {args['n']} was not disputed")
        if args["valid"]:
            self._end_dispute(pool, pool.params.operator, bond)
            pool.valid_at = max(dispute.valid_at, time)
            epoch = pool.standing(pool.epoch)
            require(epoch is not None, f"epoch {args['n']} was never posted")
            pool.epochs[-1] = replace(pool.epochs[-1], valid_at=pool.valid_at)
        else:
            self._end_dispute(pool, dispute.by, 2 * bond)
            pool.staked = False
            pool.ending = event.name
        require(time <= dispute.rule_by, "the arbiter ruled too late")

    def lapsed(self, event: Event, _: Place) -> None:
        pool, args = self._ledger.pool(event), event.args
        dispute = pool.dispute
        require(pool.is_disputed and args["n"] == pool.epoch, f"epoch {args['n']} was not disputed")
        self._end_dispute(pool, dispute.by, pool.params.bond)
        pool.ending = event.name
        require(event.block_time > dispute.rule_by, "the arbiter still had time")

    def voided(self, event: Event, _: Place) -> None:
        pool, args = self._ledger.pool(event), event.args
        revenue, newest, ending = pool.pending, pool.epoch, pool.ending
        require(args["n"] == newest > 0, f"epoch {args['n']} was voided and epoch {newest} is the newest")
        pool.epochs[-1] = replace(pool.epochs[-1], voided_by=ending or event.name)
        pool.ceiling += revenue
        pool.pending, pool.valid_at, pool.epoch, pool.ending = 0, 0, newest - 1, None
        require(ending is not None, f"nothing voids epoch {newest}")
        require(args["revenue"] == revenue, f"{args['revenue']} were freed and {revenue} had been reported")

    def paused(self, event: Event, _: Place) -> None:
        pool, until = self._ledger.pool(event), event.args["untilDay"]
        today, before = event.block_time // DAY, pool.paused_until
        pool.paused_until = until
        begins = until == today + PAUSE_DAYS and (before == 0 or until >= before + 2 * PAUSE_DAYS)
        ends = until == min(before, today)
        require(begins or ends, f"it is paused until day {until}, and was until day {before}")

    def _end_dispute(self, pool: PoolAccount, to: Address, amount: int) -> None:
        pool.dispute, pool.valid_at = NO_DISPUTE, pool.dispute.valid_at
        self._credit(pool, to, amount)

    def _credit(self, pool: PoolAccount, who: Address, amount: int) -> None:
        self._ledger.credit(pool.params.token, who, amount)
