"""What the royalty ledger's events mean for rows. Amounts are recomputed from weights, as the contract does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from creditline.amounts import credit_works
from creditline.errors import Corrupt
from creditline.events import Event
from creditline.royalties.receipt import unpack_shares
from creditline.store.chain_tables import credits_, pools, settlement_works, settlements, works
from creditline.store.upsert import upsert

_PAID = ("paid_developer", "paid_compute", "paid_treasury", "paid_commons")
_NOTHING = dict.fromkeys(
    ("deposited", "settled", "unattributed", *_PAID, "refund_requested", "refundable_at"), 0
)


def on_opened(connection: Connection, event: Event) -> None:
    params = event.args["params"]
    row = {
        **{name: params[name] for name in ("token", "integrator", "operator", "arbiter")},
        **{name: params[name] for name in ("developer", "compute", "treasury", "commons", "window", "bond")},
        "model_id": params["modelId"],
        "creator_bps": params["creatorBps"],
        "developer_bps": params["developerBps"],
        "compute_bps": params["computeBps"],
        "opened_at": event.block_time,
        "number": event.block_number,
        "log_index": event.log_index,
    }
    connection.execute(insert(pools).values(id=event.args["poolId"], **_NOTHING, **row))


def on_funded(connection: Connection, event: Event) -> None:
    pool = _pool(connection, event)
    _change(connection, event, deposited=pool["deposited"] + event.args["received"])


def on_settled(connection: Connection, event: Event) -> None:
    args, pool = event.args, _pool(connection, event)
    work_ids = args["workIds"]
    shares = unpack_shares(args["weights"], len(work_ids))
    credit = credit_works(args["creatorPart"], shares)
    if credit.unattributed != args["unattributed"]:
        raise Corrupt(
            f"Settlement {args['nonce']} of pool {args['poolId']} does not add up as its contract says.",
            "The contracts are not the ones that this version knows: check the deployment file.",
        )
    rows = connection.execute(select(works.c.id, works.c.payee).where(works.c.id.in_(work_ids)))
    paid_to = {row.id: row.payee for row in rows}
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
    parts = [
        {
            **identity,
            "position": at,
            "work_id": work,
            "share": share,
            "amount": amount,
            "payee": paid_to[work],
        }
        for at, (work, share, amount) in enumerate(zip(work_ids, shares, credit.works, strict=True))
    ]
    if parts:
        connection.execute(insert(settlement_works), parts)
        _credit(connection, pool["token"], parts)
    _change(
        connection,
        event,
        settled=pool["settled"] + args["revenue"],
        unattributed=pool["unattributed"] + args["unattributed"],
    )


def on_fixed_claimed(connection: Connection, event: Event) -> None:
    column = _PAID[event.args["role"]]
    _change(connection, event, **{column: _pool(connection, event)[column] + event.args["amount"]})


def on_withdrawn(connection: Connection, event: Event) -> None:
    args = event.args
    this = (credits_.c.token == args["token"]) & (credits_.c.payee == args["who"])
    before = connection.execute(select(credits_.c.withdrawn).where(this)).scalar_one()
    connection.execute(update(credits_).where(this).values(withdrawn=before + args["amount"]))


def on_refund_requested(connection: Connection, event: Event) -> None:
    args = event.args
    _change(connection, event, refund_requested=args["amount"], refundable_at=args["refundableAt"])


def on_refunded(connection: Connection, event: Event) -> None:
    pool = _pool(connection, event)
    _change(connection, event, refund_requested=0, deposited=pool["deposited"] - event.args["amount"])


HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "PoolOpened": on_opened,
    "Funded": on_funded,
    "Settled": on_settled,
    "FixedClaimed": on_fixed_claimed,
    "Withdrawn": on_withdrawn,
    "RefundRequested": on_refund_requested,
    "Refunded": on_refunded,
}


def _credit(connection: Connection, token: str, parts: list[dict[str, Any]]) -> None:
    gained: dict[str, int] = {}
    for part in parts:
        gained[part["payee"]] = gained.get(part["payee"], 0) + part["amount"]
    known = select(credits_).where(credits_.c.token == token, credits_.c.payee.in_(gained))
    before = {row.payee: row for row in connection.execute(known)}
    rows = []
    for payee, amount in gained.items():
        credited, withdrawn = (before[payee].credited, before[payee].withdrawn) if payee in before else (0, 0)
        rows.append({"token": token, "payee": payee, "credited": credited + amount, "withdrawn": withdrawn})
    upsert(connection, credits_, rows)


def _pool(connection: Connection, event: Event) -> dict[str, Any]:
    found = connection.execute(select(pools).where(pools.c.id == event.args["poolId"]))
    return dict(found.mappings().one())


def _change(connection: Connection, event: Event, **values: Any) -> None:
    connection.execute(update(pools).where(pools.c.id == event.args["poolId"]).values(**values))
