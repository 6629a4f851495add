"""The steps of the story. Each finds what an earlier run left and does only what is missing, so it may be killed anywhere."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from creditline.chain.node import Reverted
from creditline.client.client import NewWork
from creditline.demo import cast
from creditline.demo.gallery import Exhibit, Gallery
from creditline.demo.stage import Stage
from creditline.demo.studio import YEN, Shot
from creditline.demo.teller import Teller
from creditline.errors import Unavailable
from creditline.ids import Address, Bytes32, PoolId, WorkId, bytes32, work_id

JSON = dict[str, Any]
LICENCE = "CC-BY-SA-4.0"
DATASET = "The demo training set"
FUNDING = 10_000 * YEN
DIRECT = 3
"""So many images are settled one by one, the others in an epoch."""
TERMS: JSON = {
    "creator_bps": 7000,
    "developer_bps": 1500,
    "compute_bps": 1000,
    "window": 3600,
    "bond": str(100 * YEN),
}
FIXED_ROLES = ("developer", "compute", "treasury", "commons")


@dataclass(frozen=True)
class Market:
    """What the model developer set up."""

    dataset: str
    model: str
    pool: PoolId
    token: Address


def register_works(stage: Stage, gallery: Gallery, teller: Teller) -> int:
    """Every author registers all their works with one signature. Returns how many were new."""
    known = {work["id"] for work in stage.client.works()}
    folders: dict[str, list[Exhibit]] = defaultdict(list)
    for exhibit in gallery.registered:
        if work_of(exhibit) not in known:
            folders[exhibit.author].append(exhibit)
    new = sum(map(len, folders.values()))
    with teller.bar("Registering works", new) as advance, ThreadPoolExecutor(4) as pool:
        done = 0

        def register(author: str) -> str:
            works = [NewWork(exhibit.png, exhibit.title, author) for exhibit in folders[author]]
            return str(stage.client.register(cast.creator(author), works, licence=LICENCE)["id"])

        waiting = []
        for author, id_ in zip(folders, pool.map(register, folders), strict=True):
            waiting.append(id_)
            done += len(folders[author])
            advance(done)
    with teller.bar("Waiting for final blocks", len(waiting)) as advance:
        for count, id_ in enumerate(waiting, 1):
            stage.client.wait_anchored(id_)
            advance(count)
    return new


def set_up_market(stage: Stage, gallery: Gallery) -> Market:
    """Training set, model, pool and its money: the developer's and the integrator's own transactions."""
    dataset = _register_dataset(stage, gallery)
    model = _register_model(stage, dataset)
    token = stage.deployment.demo_token
    if token is None:
        raise Unavailable("The deployment has no test token.", "Start again with --fresh.")
    pool = _open_pool(stage, model, token)
    _fund(stage, pool, token)
    return Market(dataset, model, pool, token)


def report_usages(stage: Stage, market: Market, shots: list[Shot], teller: Teller) -> list[JSON]:
    """The generation service reports each image with what it earned, and keeps the receipts."""
    receipts = []
    with teller.bar("Attributing images", len(shots)) as advance:
        for count, shot in enumerate(shots, 1):
            receipts.append(
                stage.client.report_usage(
                    cast.wallet("integrator"),
                    market.pool,
                    shot.id,
                    shot.png,
                    shot.revenue,
                    settlement="direct" if count <= DIRECT else "epoch",
                )
            )
            advance(count)
    return receipts


def settle(stage: Stage, shots: list[Shot], teller: Teller) -> JSON:
    token = stage.token_file.read_text().strip()
    with teller.bar("Settling on chain", min(DIRECT, len(shots))) as advance:
        return stage.client.settle_all(token, advance)


def pay_out(stage: Stage, market: Market, teller: Teller) -> None:
    """Creators are paid without gas; developer, GPU provider, treasury and commons take their parts."""
    payees = sorted(
        {share["payee"] for item in stage.client.settlements(market.pool) for share in item["shares"]}
    )
    owed = [payee for payee in payees if int(stage.client.balance(market.token, payee)["claimable"])]
    for payee in owed:
        stage.client.withdraw(market.token, payee)
    with teller.bar("Paying creators", len(owed)) as advance:
        for count, payee in enumerate(owed, 1):
            stage.client.wait(partial(_is_paid, stage, market, payee), f"the payment to {payee}")
            advance(count)
    for number in range(len(FIXED_ROLES)):
        if stage.reader.fixed_claimable(market.pool, number):
            stage.send("developer", stage.calls.claim_fixed(market.pool, number))


def work_of(exhibit: Exhibit) -> WorkId:
    content_hash = bytes32(hashlib.sha256(exhibit.png).digest())
    return work_id(cast.creator(exhibit.author).address, content_hash)


def _is_paid(stage: Stage, market: Market, payee: str) -> bool:
    return int(stage.client.balance(market.token, payee)["claimable"]) == 0


def _register_dataset(stage: Stage, gallery: Gallery) -> str:
    works = {work["id"]: work for work in stage.client.works()}
    trained = [works[work_of(exhibit)] for exhibit in gallery.works]
    # The cutoff follows from the works, so that a second run composes the same set.
    cutoff = max(work["registered_at"] for work in trained)
    draft = stage.client.draft_dataset(DATASET, [work["id"] for work in trained], cutoff)

    def find() -> Iterator[JSON]:
        return (found for found in stage.client.datasets() if found["manifest"] == draft["manifest"])

    return _ensure(stage, "developer", draft["transaction"], find)


def _register_model(stage: Stage, dataset: str) -> str:
    weights = "0x" + hashlib.sha256(b"creditline demo generator").hexdigest()

    def find() -> Iterator[JSON]:
        return (found for found in stage.client.models() if found["datasets"] == [dataset])

    return _ensure(stage, "developer", stage.client.draft_model(weights, [dataset])["transaction"], find)


def _open_pool(stage: Stage, model: str, token: Address) -> PoolId:
    people = {role: cast.wallet(role).address for role in cast.ROLES if role != "operator"}
    draft = stage.client.draft_pool({"token": token, "model_id": model, **people, **TERMS})

    def find() -> Iterator[JSON]:
        return (found for found in stage.client.pools() if found["id"] == draft["id"])

    return PoolId(Bytes32(_ensure(stage, "integrator", draft["transaction"], find)))


def _ensure(stage: Stage, role: str, transaction: JSON, find: Any) -> str:
    """Send `transaction` unless its effect is there, and wait until the service knows it as final."""
    found = next(find(), None)
    if found is None:
        try:
            stage.send(role, transaction)
        except Reverted as reverted:  # a run that was killed may have sent it already
            if "Already" not in reverted.reason:
                raise
        found = stage.client.wait(lambda: next(find(), None), transaction["purpose"])
    return str(found["id"])


def _fund(stage: Stage, pool: PoolId, token: Address) -> None:
    """By the latest block, not the final one: a deposit that was just sent must not be sent again."""
    missing = FUNDING - stage.deposited(pool)
    if missing > 0:
        integrator = cast.wallet("integrator").address
        stage.send("integrator", stage.calls.mint(token, integrator, missing))
        for step in stage.client.draft_funding(pool, missing):
            stage.send("integrator", step)
    stage.client.wait(lambda: int(stage.client.pool(pool)["deposited"]) >= FUNDING, "the deposit to be final")
