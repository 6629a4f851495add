"""What the royalty ledger's events mean for rows. Amounts are recomputed from weights, as the contract does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from creditline.amounts import credit_works, cut_revenue
from creditline.errors import Corrupt
from creditline.events import Event
from creditline.royalties import accounts
from creditline.royalties.receipt import unpack_shares
from creditline.store import epoch_rows
from creditline.store.chain_tables import credits_, pools, settlement_works, settlements, works
from creditline.store.movement_rows import Move, divide_final, divide_revenue, move
from creditline.store.pool_rows import change_pool, credit, read_pool, terms_of

_PAID = ("paid_developer", "paid_compute", "paid_treasury", "paid_commons")
_COUNTERS = ("ceiling", "settled", "unattributed", "reported", "pending", "paid_out", *_PAID)
_NOTHING = dict.fromkeys(
    (*_COUNTERS, "valid_at", "epoch", "paused_until", "refund_requested", "refundable_at"), 0
)


def on_opened(connection: Connection, event: Event) -> None:
    params = event.args["params"]
    row = {
        **{name: params[name] for name in ("token", "integrator", "operator", "arbiter", "guardian")},
        **{name: params[name] for name in ("developer", "compute", "treasury", "commons", "window", "bond")},
        "model_id": params["modelId"],
        "creator_bps": params["creatorBps"],
        "developer_bps": params["developerBps"],
        "compute_bps": params["computeBps"],
        "staked": False,
        "opened_at": event.block_time,
        "number": event.block_number,
        "log_index": event.log_index,
    }
    connection.execute(insert(pools).values(id=event.args["poolId"], **_NOTHING, **row))


def on_funded(connection: Connection, event: Event) -> None:
    pool, received = read_pool(connection, event), event.args["received"]
    change_pool(connection, event, ceiling=pool["ceiling"] + received)
    move(connection, event, pool["token"], Move(accounts.OUTSIDE, accounts.deposit(pool["id"]), received))


def on_settled(connection: Connection, event: Event) -> None:
    args, pool = event.args, read_pool(connection, event)
    parts = _divide(connection, event, pool)
    identity = {"pool_id": args["poolId"], "nonce": args["nonce"]}
    connection.execute(
        insert(settlements).values(
            **identity,
            output_hash=args["outputHash"],
            report_hash=args["reportHash"],
            revenue=args["revenue"],
            creator_part=args["creatorPart"],
            unattributed=args["unattributed"],
            tx_hash=event.tx_hash,
            settled_at=event.block_time,
            number=event.block_number,
            log_index=event.log_index,
        )
    )
    if parts:
        connection.execute(insert(settlement_works), [identity | part for part in parts])
        credit(connection, pool["token"], [(part["payee"], part["amount"]) for part in parts])
    change_pool(
        connection,
        event,
        settled=pool["settled"] + args["revenue"],
        unattributed=pool["unattributed"] + args["unattributed"],
    )


def on_fixed_claimed(connection: Connection, event: Event) -> None:
    pool, role, amount = read_pool(connection, event), event.args["role"], event.args["amount"]
    divided = divide_final(connection, event, pool)
    change_pool(connection, event, **{_PAID[role]: pool[_PAID[role]] + amount})
    move(
        connection,
        event,
        pool["token"],
        *divided,
        Move(accounts.role(pool["id"], role), accounts.OUTSIDE, amount),
    )


def on_withdrawn(connection: Connection, event: Event) -> None:
    args = event.args
    this = (credits_.c.token == args["token"]) & (credits_.c.payee == args["who"])
    before = connection.execute(select(credits_.c.withdrawn).where(this)).scalar_one()
    connection.execute(update(credits_).where(this).values(withdrawn=before + args["amount"]))
    account = accounts.credit(args["token"], args["who"])
    move(connection, event, args["token"], Move(account, accounts.OUTSIDE, args["amount"]))


def on_refund_requested(connection: Connection, event: Event) -> None:
    args = event.args
    change_pool(connection, event, refund_requested=args["amount"], refundable_at=args["refundableAt"])


def on_refunded(connection: Connection, event: Event) -> None:
    pool, amount = read_pool(connection, event), event.args["amount"]
    change_pool(connection, event, refund_requested=0, ceiling=pool["ceiling"] - amount)
    move(connection, event, pool["token"], Move(accounts.deposit(pool["id"]), accounts.OUTSIDE, amount))


def on_paused(connection: Connection, event: Event) -> None:
    change_pool(connection, event, paused_until=event.args["untilDay"])


HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "PoolOpened": on_opened,
    "Funded": on_funded,
    "Settled": on_settled,
    "FixedClaimed": on_fixed_claimed,
    "Withdrawn": on_withdrawn,
    "RefundRequested": on_refund_requested,
    "Refunded": on_refunded,
    "Paused": on_paused,
    **epoch_rows.HANDLERS,
}


def _divide(connection: Connection, event: Event, pool: dict[str, Any]) -> list[dict[str, Any]]:
    """What each work of a settlement takes, written into the book as well. Raises `Corrupt` where the event says otherwise."""
    args, work_ids = event.args, event.args["workIds"]
    shares = unpack_shares(args["weights"], len(work_ids))
    cut = cut_revenue(pool["settled"], args["revenue"], terms_of(pool))
    credits_of_works = credit_works(cut.creators, shares)
    if (cut.creators, credits_of_works.unattributed) != (args["creatorPart"], args["unattributed"]):
        raise Corrupt(
            f"Settlement {args['nonce']} of pool {args['poolId']} does not add up as its contract says.",
            "The contracts are not the ones that this version knows: check the deployment file.",
        )
    rows = connection.execute(select(works.c.id, works.c.payee).where(works.c.id.in_(work_ids)))
    paid_to = {row.id: row.payee for row in rows}
    parts = [
        {"position": at, "work_id": work, "share": share, "amount": amount, "payee": paid_to[work]}
        for at, (work, share, amount) in enumerate(zip(work_ids, shares, credits_of_works.works, strict=True))
    ]
    token, source = pool["token"], accounts.deposit(pool["id"])
    moves = [Move(source, accounts.credit(token, part["payee"]), part["amount"]) for part in parts]
    moves.append(Move(source, accounts.role(pool["id"], accounts.COMMONS), credits_of_works.unattributed))
    move(connection, event, token, *moves, *divide_revenue(pool["id"], source, cut))
    return parts
