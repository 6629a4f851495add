"""Epochs of made-up receipts, for tests that need no market."""

from creditline.amounts import Terms, cut_total
from creditline.ids import DatasetId, WorkId, address, bytes32
from creditline.royalties.closing import Reported, Standing, close_epoch
from creditline.royalties.epoch import nonce_of
from creditline.royalties.leaves import Payout
from creditline.royalties.receipt import Receipt, Usage
from tests.chain.scene import hash_of

POOL = hash_of("pool")
COMMONS = address("0x" + "c0" * 20)
TERMS = Terms(7000, 1500, 1000)
CUTOFF = 1_900_000_000
START = Standing(0, (Payout(COMMONS, 0),))


def payee(number):
    return address("0x" + (number + 1).to_bytes(20).hex())


def work(number):
    return WorkId(bytes32(bytes([number]) * 32))


def reported(number, index, revenue, shares=(), *, output=None):
    """A receipt that pays each (work, parts per million) of `shares`."""
    name = f"usage-{number}-{index}"
    usage = Usage(POOL, name, hash_of(output or name), revenue)
    paid = tuple(sorted((work(each), share) for each, share in shares))
    receipt = Receipt(usage, nonce_of(number, index), hash_of(f"report of {name}"), paid, 2_000_000_000)
    places = tuple((DatasetId(hash_of("data set")), int(each[2:4], 16)) for each, _ in paid)
    return Reported(receipt, "0x" + index.to_bytes(65).hex(), places)


def close(receipts, *, number=1, before=START, terms=TERMS, payees=None):
    """`payees` maps work numbers to payees; the registry knows no other work."""
    known = {work(each): who for each, who in (payees or {}).items()}
    paid = {each for item in receipts if item for each in item.receipt.work_ids}
    payee_of = {each: known.get(each) for each in paid}
    return close_epoch(number, receipts, before=before, terms=terms, cutoff=CUTOFF, payee_of=payee_of)


def standing(closing):
    return Standing(closing.revenue_before + closing.report_tree.total, closing.payouts)


def creators(revenue, terms=TERMS):
    return cut_total(revenue, terms).creators
