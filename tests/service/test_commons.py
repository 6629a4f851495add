"""From an image that nobody's works explain to creators who are paid for it: one real process, one real chain, the client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditline.client.client import JSON
from creditline.demo import cast
from creditline.errors import Conflict
from creditline.ids import Address, Bytes32, PoolId
from tests.service import town as places
from tests.service.town import TERMS, YEN, Town, draw

INTEGRATOR = cast.wallet("integrator")
ARBITER = cast.wallet("arbiter").address
REVENUE = 10 * YEN


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of its own: its clock is put forward."""
    built = places.build(tmp_path_factory.mktemp("commons"))
    yield built
    built.stage.close()


def open_commons(town: Town, folder: Path, *options: str) -> JSON:
    key = folder / "wallet.key"
    key.write_text(INTEGRATOR.private_key.hex())
    sends = () if "--print" in options else ("--key-file", str(key), "--rpc", town.stage.chain.url)
    command = [sys.executable, "-m", "creditline", "commons", "open", town.model, "--token", town.token]
    terms = ["--arbiter", ARBITER, "--bond", str(YEN), "--window", "3600", "--url", town.stage.url, "--json"]
    run = subprocess.run([*command, *terms, *sends, *options], capture_output=True, check=True, text=True)
    return dict(json.loads(run.stdout))


def stake(town: Town, pool: str) -> None:
    stage = town.stage
    stage.send("integrator", stage.calls.mint(town.token, INTEGRATOR.address, YEN))
    stage.send("integrator", stage.calls.approve(town.token, YEN))
    stage.send("integrator", stage.calls.stake(PoolId(Bytes32(pool)), YEN))


def open_pool(town: Town, commons: str) -> str:
    client, stage = town.stage.client, town.stage
    people = {role: cast.wallet(role).address for role in cast.ROLES if role != "operator"}
    terms = {"token": town.token, "model_id": town.model, **people, **TERMS, "commons": commons}
    draft = client.draft_pool(terms)
    stage.send("integrator", draft["transaction"])
    stage.send("integrator", stage.calls.mint(town.token, INTEGRATOR.address, REVENUE))
    client.wait(lambda: any(pool["id"] == draft["id"] for pool in client.pools()), "the pool")
    for step in client.draft_funding(draft["id"], REVENUE):
        stage.send("integrator", step)
    client.wait(lambda: int(client.pool(draft["id"])["deposited"]) == REVENUE, "the deposit")
    return str(draft["id"])


def test_an_image_that_no_work_explains_pays_every_creator(town: Town, tmp_path: Path) -> None:
    client, stage = town.stage.client, town.stage
    printed = open_commons(town, tmp_path, "--print")
    commons = open_commons(town, tmp_path)
    assert commons["hash"] is not None
    assert open_commons(town, tmp_path)["hash"] is None, "the same terms are one contract"
    drafted = client.draft_commons(
        {"token": town.token, "model_id": town.model, "arbiter": ARBITER, "window": 3600, "bond": str(YEN)}
    )
    assert (drafted["address"], drafted["base_pool"]) == (commons["address"], commons["base_pool"])
    assert drafted["transaction"]["data"] == printed["transactions"][0]["data"]

    base = commons["base_pool"]
    client.wait(lambda: any(pool["id"] == base for pool in client.pools()), "the base pool")
    stake(town, base)
    with pytest.raises(Conflict, match="base pool of a commons"):
        client.report_usage(INTEGRATOR, base, "none", draw(998), YEN)

    pool = open_pool(town, commons["address"])
    receipt = client.report_usage(INTEGRATOR, pool, "a-new-thing", draw(999), REVENUE, settlement="direct")
    assert receipt["shares"] == [], "nobody's works explain it"
    client.settle_all(stage.token_file.read_text().strip())
    unattributed = REVENUE * 7000 // 10_000

    # Nobody claims for the commons: the service does.
    assert share_out(town, base, 1) == unattributed
    creators = {town.aiko.address: 4, town.ben.address: 3}
    for creator in creators:
        client.wait(lambda who=creator: client.claimable(who)["epochs"], "what is claimable")
        client.claim(creator, base)
        client.wait(lambda who=creator: not due(town, who, base), "the claim")
    paid = {creator: stage.reader.balance(town.token, Address(creator)) for creator in creators}
    assert sum(paid.values()) == unattributed, "money in is money out, to the unit"
    for creator, works in creators.items():
        assert abs(paid[creator] - unattributed * works / 7) <= unattributed / 10**6 + 1

    verify = [sys.executable, "-m", "creditline", "verify", "--json", "--rpc", stage.chain.url]
    where = ["--gateway", stage.url, "--deployment", str(stage.folder / "deployment.json")]
    verdict = json.loads(subprocess.run([*verify, *where], capture_output=True, check=True).stdout)
    assert verdict["answer"] == "yes"
    assert client.health()["status"] == "ok"


def test_what_an_epoch_leaves_unattributed_follows_by_itself(town: Town, tmp_path: Path) -> None:
    client, stage = town.stage.client, town.stage
    commons = open_commons(town, tmp_path, "--guardian", ARBITER)
    base, pool = commons["base_pool"], open_pool(town, commons["address"])
    stake(town, base)
    stake(town, pool)

    def report() -> JSON | None:
        try:
            return client.report_usage(INTEGRATOR, pool, "another-new-thing", draw(997), REVENUE)
        except Conflict:
            return None

    client.wait(report, "the stake")
    client.close_epoch(pool, stage.token_file.read_text().strip())
    assert share_out(town, pool, 1) == REVENUE
    assert share_out(town, base, 1) == REVENUE * 7000 // 10_000


def share_out(town: Town, pool: str, number: int) -> int:
    """Wait for an epoch to be posted, and pass its window. Returns its revenue."""
    client = town.stage.client

    def is_posted() -> JSON | None:
        found = [epoch for epoch in client.epochs(pool) if epoch["number"] == number]
        return found[0] if found and found[0]["state"] == "posted" else None

    epoch = client.wait(is_posted, f"epoch {number} to be posted")
    town.stage.chain.forward_to(int(client.epoch(pool, number)["valid_at"]) + 1)
    client.wait(lambda: client.epoch(pool, number)["state"] == "final", "its window")
    return int(epoch["revenue"])


def due(town: Town, creator: str, pool: str) -> int:
    found = town.stage.client.claimable(creator)["epochs"]
    return sum(int(each["due"]) for each in found if each["pool"] == pool)
