"""The story's epoch: a bond behind it, its leaves as anyone can read them, its window, and claims."""

from __future__ import annotations

from functools import partial
from typing import Any

from creditline.content.gateway import Gateway
from creditline.content.library import ReadingRoom
from creditline.demo import cast
from creditline.demo.stage import Stage
from creditline.demo.story import FIXED_ROLES, TERMS, Market
from creditline.demo.teller import Teller
from creditline.ids import Bytes32, PoolId
from creditline.royalties.closing import Closing
from creditline.royalties.epoch import nonce_of
from creditline.royalties.epoch_document import EPOCH_BYTES_MAX, read_epoch
from creditline.royalties.leaves import ReportLeaf
from creditline.royalties.receipt import unpack_shares
from creditline.typed_data import ledger_domain

JSON = dict[str, Any]
BOND = int(TERMS["bond"])


def stake(stage: Stage, role: str, market: Market, pool: PoolId) -> None:
    """Put up the bond of a pool, once."""
    if stage.reader.pool(pool)["staked"]:
        return
    owner = cast.wallet(role).address
    missing = BOND - stage.reader.balance(market.token, owner)
    if missing > 0:
        stage.send(role, stage.calls.mint(market.token, owner, missing))
    stage.send(role, stage.calls.approve(market.token, BOND))
    stage.send(role, stage.calls.stake(pool, BOND))


def post_epoch(stage: Stage, market: Market) -> JSON:
    """Close the open epoch, and wait until the service has written, published and posted it."""
    newest = next(each for each in stage.client.epochs(market.pool) if each["usages"])
    if newest["state"] == "open":
        stage.client.close_epoch(market.pool, stage.token_file.read_text().strip())
    number = newest["number"]

    def is_posted() -> JSON | None:
        found = stage.client.epoch(market.pool, number)
        return found if found["state"] in ("posted", "final") else None

    return stage.client.wait(is_posted, f"epoch {number} to be posted")


def pass_window(stage: Stage, market: Market, epoch: JSON) -> None:
    """Nobody waits an hour in a story: the chain's clock is put forward, and never twice."""
    stage.chain.forward_to(int(epoch["valid_at"]) + 1)
    number = epoch["number"]
    stage.client.wait(
        lambda: stage.client.epoch(market.pool, number)["state"] == "final", f"epoch {number} to be final"
    )


def claim(stage: Stage, market: Market, items: list[JSON], teller: Teller) -> None:
    """The service relays every claim and pays its gas; anyone could."""
    payees = sorted({share["payee"] for item in items for share in item["shares"]})
    payees.append(cast.wallet("commons").address)
    with teller.bar("Claiming for creators", len(payees)) as advance:
        for count, payee in enumerate(payees, 1):
            if _due(stage, market, payee):
                stage.client.claim(payee, market.pool)
            advance(count)
    for payee in payees:
        stage.client.wait(partial(_is_claimed, stage, market, payee), f"the claim of {payee}")
    for number in range(len(FIXED_ROLES)):
        if stage.reader.fixed_claimable(market.pool, number):
            stage.send("developer", stage.calls.claim_fixed(market.pool, number))


def read_leaves(stage: Stage, market: Market, epoch: JSON) -> list[JSON]:
    """What each image of a posted epoch pays, in the form of a settlement, out of the published document."""
    closing = read_closing(stage, market.pool, epoch)
    return [_item(closing, index, leaf) for index, leaf in enumerate(closing.reports) if leaf]


def read_closing(stage: Stage, pool: PoolId, epoch: JSON) -> Closing:
    gateway = Gateway([stage.url])
    try:
        data = ReadingRoom(gateway).fetch(Bytes32(epoch["data"]), EPOCH_BYTES_MAX)
    finally:
        gateway.close()
    domain = ledger_domain(stage.deployment.chain_id, stage.deployment.ledger)
    return read_epoch(data, domain, pool).closing


def _item(closing: Closing, index: int, leaf: ReportLeaf) -> JSON:
    amounts = [_amount(closing, at) for at in leaf.credits]
    payees = [_payee(closing, at) for at in leaf.payees]
    shares = unpack_shares(leaf.weights, len(leaf.work_ids))
    paid = zip(leaf.work_ids, shares, amounts, payees, strict=False)
    return {
        "nonce": str(nonce_of(closing.number, index)),
        "revenue": str(leaf.revenue),
        "unattributed": str(amounts[-1]),
        "shares": [
            {"work": work, "share": share, "amount": str(amount), "payee": payee}
            for work, share, amount, payee in paid
        ],
    }


def _amount(closing: Closing, at: int) -> int:
    credit = closing.credits[at]
    return credit.amount if credit else 0


def _payee(closing: Closing, at: int) -> str:
    payout = closing.payouts[at]
    return payout.payee if payout else ""


def _due(stage: Stage, market: Market, payee: str) -> int:
    found = stage.client.claimable(payee)["epochs"]
    return sum(int(each["due"]) for each in found if each["pool"] == market.pool)


def _is_claimed(stage: Stage, market: Market, payee: str) -> bool:
    return _due(stage, market, payee) == 0
