"""A dishonest operator posts an epoch that pays a thief, and a stranger with public data alone voids it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from creditline.amounts import Terms, spell
from creditline.chain.drafts import Drafts
from creditline.content.embedded import EmbeddedStore
from creditline.content.library import ContentLibrary
from creditline.demo import cast
from creditline.demo.epochs import BOND, read_closing, stake
from creditline.demo.stage import Stage
from creditline.demo.story import FIXED_ROLES, TERMS, Market
from creditline.demo.studio import YEN
from creditline.demo.teller import Teller
from creditline.doubts import challenge
from creditline.errors import Unavailable
from creditline.ids import ModelId, PoolId, bytes32
from creditline.royalties.closing import Closing, Reported, Standing, close_epoch
from creditline.royalties.epoch import nonce_of
from creditline.royalties.epoch_document import EpochDocument
from creditline.royalties.leaves import Payout
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Usage, read_receipt
from creditline.typed_data import ledger_domain

JSON = dict[str, Any]
DEPOSIT = 500 * YEN
NO_EPOCH = "0x" + "0" * 64


def play(stage: Stage, market: Market, epoch: JSON, receipt: JSON, teller: Teller) -> PoolId:
    """`receipt` is of an image in the honest `epoch`. Returns the dishonest operator's pool."""
    params = _params(market)
    pool = Drafts(stage.calls).pool_id(params)
    outsider = cast.wallet("outsider").address
    if not _reward(stage, market):
        if stage.reader.epoch_hash(pool, 1) == NO_EPOCH:
            _open(stage, market, params, pool)
            _post(stage, pool, _spoil(stage, market, pool, epoch, receipt))
        _object(stage, pool)
    for who in (outsider, cast.wallet("commons").address):
        if stage.reader.credit(market.token, who):
            stage.send("outsider", stage.calls.withdraw_for(market.token, who))
    won = stage.reader.balance(market.token, outsider)
    teller.good("A dishonest operator's epoch paid a thief; a stranger voided it with one call. The stranger")
    teller.line(
        f"got {spell(won, 6, 'dJPY')}, half of the bond of {spell(BOND, 6, 'dJPY')}; the commons got the rest"
    )
    return pool


def _params(market: Market) -> PoolParams:
    parties: JSON = {
        role: cast.wallet(role).address for role in ("integrator", "arbiter", "guardian", *FIXED_ROLES)
    }
    shares: JSON = {
        name: int(TERMS[name]) for name in ("creator_bps", "developer_bps", "compute_bps", "window")
    }
    return PoolParams(
        token=market.token,
        operator=cast.wallet("dishonest").address,
        model_id=ModelId(bytes32(market.model)),
        bond=BOND,
        **parties,
        **shares,
    )


def _open(stage: Stage, market: Market, params: PoolParams, pool: PoolId) -> None:
    if int(stage.reader.pool(pool)["operator"], 16) == 0:
        stage.send("integrator", stage.calls.open(params))
    missing = DEPOSIT - stage.deposited(pool)
    if missing > 0:
        stage.send("integrator", stage.calls.mint(market.token, params.integrator, missing))
        stage.send("integrator", stage.calls.approve(market.token, missing))
        stage.send("integrator", stage.calls.fund(pool, missing))
    stake(stage, "dishonest", market, pool)


def _spoil(stage: Stage, market: Market, pool: PoolId, epoch: JSON, receipt: JSON) -> Closing:
    """An epoch of one image in which the first creator's place among the payees is a thief's."""
    closing = read_closing(stage, market.pool, epoch)
    leaf = closing.reports[int(receipt["index"])]
    if leaf is None:
        raise Unavailable("The image is not in the epoch.", "Start again with --fresh.")
    payees = [payout.payee if (payout := closing.payouts[at]) else None for at in leaf.payees]
    domain = ledger_domain(stage.deployment.chain_id, stage.deployment.ledger)
    told = read_receipt(receipt)
    usage = Usage(pool, "dishonest-1", told.usage.output_hash, told.usage.revenue)
    usage_signature = cast.wallet("integrator").sign(usage.typed_data(domain))
    honest = close_epoch(
        1,
        [
            Reported(
                replace(told, usage=usage, nonce=nonce_of(1, 0)),
                usage_signature,
                tuple(zip(leaf.dataset_ids, leaf.places, strict=True)),
            )
        ],
        before=Standing(0, (Payout(cast.wallet("commons").address, 0),)),
        terms=Terms(int(TERMS["creator_bps"]), int(TERMS["developer_bps"]), int(TERMS["compute_bps"])),
        # Local blocks share their second with the next ones, and a cutoff must lie before the block that takes it.
        cutoff=stage.reader.block_time(stage.reader.finalised_block()) - 1,
        payee_of=dict(zip(leaf.work_ids, payees, strict=False)),
    )
    robbed = honest.payouts[1]
    thief = Payout(cast.wallet("thief").address, robbed.amount if robbed else 0)
    return replace(honest, payouts=(honest.payouts[0], thief, *honest.payouts[2:]))


def _post(stage: Stage, pool: PoolId, closing: Closing) -> None:
    domain = ledger_domain(stage.deployment.chain_id, stage.deployment.ledger)
    library = ContentLibrary(EmbeddedStore(stage.folder / "content"))
    stored = library.put(EpochDocument(domain, pool, closing).encode())
    stage.send("dishonest", stage.calls.post(pool, 1, closing.epoch(stored.digest)))


def _object(stage: Stage, pool: PoolId) -> None:
    """As `creditline challenge` does it, knowing a node, a gateway and the contracts."""
    stage.chain.finalise()
    challenge(
        rpc=stage.chain.url,
        gateways=[stage.url],
        deployment=stage.folder / "deployment.json",
        pool=pool,
        epoch=1,
        receipts=[],
        key=cast.wallet("outsider").private_key.hex(),
    )


def _reward(stage: Stage, market: Market) -> int:
    """The outsider earns nothing else: what they have tells that the epoch is void."""
    outsider = cast.wallet("outsider").address
    return stage.reader.balance(market.token, outsider) + stage.reader.credit(market.token, outsider)
