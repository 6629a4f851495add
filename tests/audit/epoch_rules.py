"""The ledger's rules about epochs, as far as logs and storage go: written down a second time, by hand."""

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.ids import raw

DAY = 86_400
NEVER = 2**40 - 1
BPS = 10_000
NO_HASH = "0x" + "0" * 64
NO_DISPUTE = {"by": "0x" + "0" * 40, "validAt": 0, "ruleBy": 0}


def hash_of(epoch):
    rest = abi_encode(
        ["bytes32", "bytes32", "uint128", "uint128", "uint40", "bytes32"],
        [raw(epoch["reports"]), raw(epoch["credits"]), epoch["revenueBefore"], epoch["revenue"], epoch["cutoff"],
         raw(epoch["data"])],
    )  # fmt: skip
    head = [raw(epoch["payouts"]), epoch["payoutSum"], keccak(rest)]
    return "0x" + keccak(abi_encode(["bytes32", "uint256", "bytes32"], head)).hex()


class EpochRules:
    """Part of `Contracts`: each method is one transaction, in the block after `self.now`."""

    def stake(self, pool, by, excess=0):
        p = self.pools[pool]
        assert not p["staked"]
        p["staked"] = True
        self._hold(pool, p["bond"] + excess)
        self.credit(pool, by, excess)
        self.emit("RoyaltyLedger", "Staked", poolId=pool, by=by, excess=excess)

    def unstake(self, pool):
        p = self.pools[pool]
        assert p["staked"]
        assert self.now + 12 >= p["validAt"]
        p["staked"] = False
        self.credit(pool, p["operator"], p["bond"])
        self.emit("RoyaltyLedger", "Unstaked", poolId=pool)

    def can_post(self, pool):
        p, time = self.pools[pool], self.now + 12
        return p["staked"] and time >= p["validAt"] and time // DAY >= p["pausedUntil"]

    def post(self, pool, revenue, roots=("0x" + "11" * 32,) * 4):
        p, time = self.pools[pool], self.now + 12
        assert self.can_post(pool)
        assert 0 < revenue <= p["ceiling"] - p["direct"]
        before, n = p["reported"] + p["pending"], p["epoch"] + 1
        payouts, reports, credits_, data = roots
        epoch = {
            "payouts": payouts, "payoutSum": (before + revenue) * p["creatorBps"] // BPS, "reports": reports,
            "credits": credits_, "revenueBefore": before, "revenue": revenue, "cutoff": time - 1, "data": data,
        }  # fmt: skip
        p["ceiling"] -= revenue
        p["reported"], p["pending"] = before, revenue
        p["validAt"], p["epoch"] = time + p["window"], n
        self.epoch_hashes[pool, n] = hash_of(epoch)
        self.emit("RoyaltyLedger", "EpochPosted", poolId=pool, n=n, epoch=epoch)

    def royalties_left(self, pool):
        p = self.pools[pool]
        return self.final_revenue(pool, late=12) * p["creatorBps"] // BPS - p["paidOut"]

    def claim_royalties(self, pool, index, payee, amount):
        """By the newest epoch that is final. Whether its tree says so is not this contract's business here."""
        p = self.pools[pool]
        n = p["epoch"] if self.now + 12 >= p["validAt"] else p["epoch"] - 1
        assert n > 0
        assert 0 < amount <= self.royalties_left(pool)
        total = self.claimed.get((pool, index), 0) + amount
        self.claimed[pool, index] = total
        p["paidOut"] += amount
        self._hold(pool, -amount)
        self.emit("RoyaltyLedger", "Claimed", poolId=pool, index=index, payee=payee, to=payee, n=n, total=total,
                  amount=amount)  # fmt: skip

    def is_pending(self, pool):
        return self.now + 12 < self.pools[pool]["validAt"]

    def challenge(self, pool, by, fraud=0):
        p = self.pools[pool]
        assert self.is_pending(pool)
        self.emit("RoyaltyLedger", "EpochChallenged", poolId=pool, n=p["epoch"], by=by, fraud=fraud)
        if p["validAt"] == NEVER:
            self.credit(pool, self.disputes.pop(pool)["by"], p["bond"])
        p["staked"] = False
        self.credit(pool, by, p["bond"] // 2)
        self.credit(pool, p["payTo"][3], p["bond"] - p["bond"] // 2)
        self._void(pool)

    def dispute(self, pool, by, excess=0):
        p = self.pools[pool]
        assert self.is_pending(pool)
        assert p["validAt"] != NEVER
        rule_by = self.now + 12 + 14 * DAY
        self.disputes[pool] = {"by": by, "validAt": p["validAt"], "ruleBy": rule_by}
        p["validAt"] = NEVER
        self._hold(pool, p["bond"] + excess)
        self.credit(pool, by, excess)
        self.emit("RoyaltyLedger", "Disputed", poolId=pool, n=p["epoch"], by=by, reason=NO_HASH, ruleBy=rule_by,
                  excess=excess)  # fmt: skip

    def rule(self, pool, *, valid):
        p, dispute = self.pools[pool], self.disputes.pop(pool)
        assert self.now + 12 <= dispute["ruleBy"]
        self.emit("RoyaltyLedger", "Ruled", poolId=pool, n=p["epoch"], valid=valid)
        if valid:
            self.credit(pool, p["operator"], p["bond"])
            p["validAt"] = max(dispute["validAt"], self.now)
        else:
            self.credit(pool, dispute["by"], 2 * p["bond"])
            p["staked"] = False
            self._void(pool)

    def lapse(self, pool):
        p, dispute = self.pools[pool], self.disputes.pop(pool)
        assert self.now + 12 > dispute["ruleBy"]
        self.emit("RoyaltyLedger", "Lapsed", poolId=pool, n=p["epoch"])
        self.credit(pool, dispute["by"], p["bond"])
        self._void(pool)

    def pause(self, pool):
        p, today = self.pools[pool], (self.now + 12) // DAY
        assert p["pausedUntil"] == 0 or today + 14 >= p["pausedUntil"] + 28
        p["pausedUntil"] = today + 14
        self.emit("RoyaltyLedger", "Paused", poolId=pool, untilDay=p["pausedUntil"])

    def resume(self, pool):
        p = self.pools[pool]
        p["pausedUntil"] = min(p["pausedUntil"], (self.now + 12) // DAY)
        self.emit("RoyaltyLedger", "Paused", poolId=pool, untilDay=p["pausedUntil"])

    def _void(self, pool):
        """In the same block as what voids it."""
        p = self.pools[pool]
        revenue, n = p["pending"], p["epoch"]
        self.epoch_hashes.pop((pool, n))
        p["ceiling"] += revenue
        p["pending"], p["validAt"], p["epoch"] = 0, 0, n - 1
        self.emit("RoyaltyLedger", "EpochVoided", poolId=pool, n=n, revenue=revenue)
