"""A usage on its way into an epoch, through the public API and the command of a real process on a real chain."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx2
import pytest

from creditline.client.client import JSON
from creditline.demo import cast
from creditline.errors import Conflict, Unauthorised
from tests.service.town import TERMS, YEN, Town, collage

INTEGRATOR = cast.wallet("integrator")


def stake(town: Town) -> None:
    """Anyone may put the bond up."""
    stage, bond = town.stage, int(str(TERMS["bond"]))
    stage.send("integrator", stage.calls.mint(town.token, INTEGRATOR.address, bond))
    stage.send("integrator", stage.calls.approve(town.token, bond))
    stage.send("integrator", stage.calls.stake(town.pool, bond))


def command(town: Town, *words: str) -> JSON:
    run = subprocess.run(
        [sys.executable, "-m", "creditline", "epoch", *words, "--url", town.stage.url, "--json"],
        capture_output=True,
        check=True,
        text=True,
    )
    return dict(json.loads(run.stdout))


def test_a_usage_is_reported_closed_and_posted(town: Town) -> None:
    client, picture = town.stage.client, collage(town.pictures["aiko-1"], town.pictures["ben-0"])

    def report() -> JSON | None:
        try:
            return client.report_usage(INTEGRATOR, town.pool, "epoch-1", picture, 3 * YEN)
        except Conflict:
            return None

    with pytest.raises(Conflict, match="no bond staked"):
        client.report_usage(INTEGRATOR, town.pool, "epoch-1", picture, 3 * YEN)
    stake(town)
    receipt = client.wait(report, "the stake")
    assert (receipt["epoch"], receipt["index"], receipt["nonce"]) == (1, 0, str(1 << 32))
    assert report() == receipt
    assert client.epoch(town.pool, 1)["state"] == "open"
    with pytest.raises(Unauthorised):
        client.close_epoch(town.pool, "not the operator's token")
    closed = command(town, "close", town.pool, "--token-file", str(town.stage.token_file))
    assert closed == {"number": 1}
    client.wait(lambda: client.epoch(town.pool, 1)["state"] == "posted", "the post")
    shown = command(town, "show", town.pool, "1")
    assert (shown["usages"], shown["revenue"]) == (1, str(3 * YEN))
    assert command(town, "list", town.pool)["items"][0]["number"] == 2
    car = httpx2.get(f"{town.stage.url}{shown['car']}", timeout=60)
    assert (car.status_code, car.headers["content-type"].partition(";")[0]) == (
        200,
        "application/vnd.ipld.car",
    )
    assert client.health()["parts"]["epochs"] == "ok"
