"""A pool with as many payees as wanted, and receipts of which each pays five of them. Signatures are of the right length only."""

import hashlib
import random

from creditline.amounts import Terms, cut_total
from creditline.ids import address, bytes32
from creditline.royalties.closing import Reported, Standing
from creditline.royalties.epoch import nonce_of
from creditline.royalties.leaves import Payout
from creditline.royalties.receipt import Receipt, Usage

TERMS = Terms(6000, 2000, 1500)
WORKS_EACH = 5
REVENUE = 30_000_000
SEED = 3


def digest(*words):
    return bytes32(hashlib.sha256(repr(words).encode()).digest())


class Crowd:
    def __init__(self, payees, usages, pool=None, commons=None, revenue=0):
        self.pool = pool or digest("pool")
        self.dataset = digest("data set")
        self.usages = usages
        self.addresses = [address("0x" + digest("payee", at)[26:]) for at in range(payees)]
        self.works = sorted(digest("work", at) for at in range(payees))
        self.payee_of = dict(zip(self.works, self.addresses, strict=True))
        before = cut_total(revenue, TERMS).creators
        self.standing = Standing(revenue, self._payouts(commons or address("0x" + "c0" * 20), before))

    def _payouts(self, commons, total):
        each, rest = divmod(total, max(1, len(self.addresses))) if total else (0, 0)
        return (Payout(commons, rest), *(Payout(who, each) for who in self.addresses))

    def reported(self, number):
        chance = random.Random(SEED)
        return [self._one(number, index, chance) for index in range(self.usages)]

    def _one(self, number, index, chance):
        works = sorted(chance.sample(self.works, min(WORKS_EACH, len(self.works))))
        shares = tuple((work, 150_000) for work in works)
        usage = Usage(self.pool, f"usage-{index}", digest("output", number, index), REVENUE + index)
        receipt = Receipt(usage, nonce_of(number, index), digest("report", number, index), shares, 2**39)
        return Reported(receipt, "0x" + "5e" * 65, tuple((self.dataset, at) for at in range(len(works))))
