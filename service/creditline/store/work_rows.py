"""What the work registry's events mean for rows.

A work comes from a published batch, from a `WorkRegistered` event, or from both, in any order and at any time. The rows
end the same: an event outranks a batch, and of two batches the one that was anchored earlier counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from creditline.events import Event
from creditline.ids import ZERO_ADDRESS, Bytes32
from creditline.store.chain_tables import anchors, leaves, opt_outs, payees, works
from creditline.store.upsert import chunks, insert_new, upsert
from creditline.store.wanted import Fetched, Kind, want
from creditline.works.batch import Batch

_NO_ROOT = "0x" + "0" * 64


def on_anchored(connection: Connection, event: Event) -> None:
    args = event.args
    row = {
        "root": args["root"],
        "size": args["count"],
        "manifest": args["manifest"],
        "by": args["by"],
        "anchored_at": args["at"],
        "state": Fetched.WAITING,
        "number": event.block_number,
        "log_index": event.log_index,
    }
    known = select(anchors.c.root).where(
        anchors.c.root == args["root"],
        anchors.c.size == args["count"],
        anchors.c.manifest == args["manifest"],
    )
    if connection.execute(known).first() is None:
        connection.execute(insert(anchors).values(**row))
        want(connection, Kind.BATCH, [args["manifest"]])


def on_registered(connection: Connection, event: Event) -> None:
    args = event.args
    work, anchor = args["workId"], None if args["anchor"] == _NO_ROOT else args["anchor"]
    place = select(leaves.c.leaf_index).where(leaves.c.root == anchor, leaves.c.work_id == work)
    index = connection.scalar(place) if anchor else None
    row = {
        "id": work,
        "creator": args["creator"],
        "owner": args["creator"],
        "payee": args["payee"],
        "content_hash": args["contentHash"],
        "record_hash": args["recordHash"],
        "new_terms": None,
        "registered_at": args["at"],
        "anchor": anchor,
        "leaf_index": -1 if index is None else index,
        "on_chain": True,
        "opted_out_at": None,
        "offered_to": None,
    }
    upsert(connection, works, [row])
    want(connection, Kind.RECORD, [args["recordHash"]])
    # The first payee counts from the claim, which an anchor may date before this block.
    _add_payee(connection, event, args["payee"], since=args["at"])


def on_payee_set(connection: Connection, event: Event) -> None:
    payee = event.args["payee"]
    _change(connection, event, payee=payee)
    _add_payee(connection, event, payee, since=event.block_time)


def on_rights_offered(connection: Connection, event: Event) -> None:
    to = event.args["to"]
    _change(connection, event, offered_to=None if to == ZERO_ADDRESS else to)


def on_rights_transferred(connection: Connection, event: Event) -> None:
    """The new payee, if it changes, is announced by a `PayeeSet` before this."""
    _change(connection, event, owner=event.args["to"], offered_to=None)


def on_terms_set(connection: Connection, event: Event) -> None:
    _change(connection, event, new_terms=event.args["termsHash"])
    want(connection, Kind.TERMS, [event.args["termsHash"]])


def on_opt_out_set(connection: Connection, event: Event) -> None:
    out, at = event.args["out"], event.args["at"]
    _change(connection, event, opted_out_at=at if out else None)
    row = {"work_id": event.args["workId"], "number": event.block_number, "log_index": event.log_index}
    connection.execute(insert(opt_outs).values(**row, out=out, at=at))


HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "Anchored": on_anchored,
    "WorkRegistered": on_registered,
    "PayeeSet": on_payee_set,
    "RightsOffered": on_rights_offered,
    "RightsTransferred": on_rights_transferred,
    "TermsSet": on_terms_set,
    "TrainingOptOutSet": on_opt_out_set,
}


def load_batch(connection: Connection, manifest: Bytes32, batch: Batch | None) -> None:
    """Enter the works of a batch whose manifest has come. None: it came, and is not valid."""
    waiting = (anchors.c.manifest == manifest) & (anchors.c.state == Fetched.WAITING)
    root = None if batch is None else "0x" + batch.tree().root.hex()
    for anchor in connection.execute(select(anchors).where(waiting)).all():
        fits = (
            batch is not None
            and anchor.root == root
            and anchor.size == len(batch.leaves)
            and anchor.anchored_at <= batch.deadline
        )
        connection.execute(
            update(anchors)
            .where(
                anchors.c.root == anchor.root, anchors.c.size == anchor.size, anchors.c.manifest == manifest
            )
            .values(state=Fetched.LOADED if fits else Fetched.INVALID)
        )
        if fits and batch is not None:
            _enter(connection, anchor.root, anchor.anchored_at, batch)


def _enter(connection: Connection, root: str, anchored_at: int, batch: Batch) -> None:
    places = {str(leaf.work_id): index for index, leaf in enumerate(batch.leaves)}
    insert_new(
        connection,
        leaves,
        [{"root": root, "leaf_index": index, "work_id": work} for work, index in places.items()],
    )
    known: dict[str, Any] = {}
    for chunk in chunks(places):
        found = connection.execute(select(works).where(works.c.id.in_(chunk)))
        known |= {row.id: row for row in found}
    fresh = []
    for work, index in places.items():
        row, leaf = known.get(work), batch.leaves[index]
        if row is None or (not row.on_chain and (anchored_at, root) < (row.registered_at, row.anchor)):
            fresh.append(
                {
                    "id": work,
                    "creator": leaf.creator,
                    "owner": leaf.creator,
                    "payee": leaf.payee,
                    "content_hash": leaf.content_hash,
                    "record_hash": leaf.record_hash,
                    "new_terms": None,
                    "registered_at": anchored_at,
                    "anchor": root,
                    "leaf_index": index,
                    "on_chain": False,
                    "opted_out_at": None,
                    "offered_to": None,
                }
            )
        elif row.on_chain and row.anchor == root:
            connection.execute(update(works).where(works.c.id == work).values(leaf_index=index))
    upsert(connection, works, fresh)
    # Records of works that an event or another batch outranks are asked for too: so the rows do not depend on the order.
    want(connection, Kind.RECORD, [leaf.record_hash for leaf in batch.leaves])


def _change(connection: Connection, event: Event, **values: Any) -> None:
    connection.execute(update(works).where(works.c.id == event.args["workId"]).values(**values))


def _add_payee(connection: Connection, event: Event, payee: str, *, since: int) -> None:
    row = {"work_id": event.args["workId"], "number": event.block_number, "log_index": event.log_index}
    connection.execute(insert(payees).values(**row, payee=payee, since=since))
