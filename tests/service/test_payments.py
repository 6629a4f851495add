"""A creator gets paid: the service as a real process, an epoch on a real chain, the client and the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from creditline.demo import cast
from creditline.errors import Conflict, Exhausted, Invalid, Missing, TooLarge
from tests.service import town as places
from tests.service.town import YEN, Town

NAMES = ("aiko-0", "ben-0")
CLAIM_GAS = 400_000


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of its own: its clock is put forward. The operator's budget is one claim a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDITLINE_RELAY_GAS_PER_DAY", str(CLAIM_GAS))
        town = places.build(tmp_path_factory.mktemp("payments"))
    try:
        _stake(town)
        report(town, "pending-1")
        yield town
    finally:
        town.stage.close()


def _stake(town: Town) -> None:
    stage, operator = town.stage, cast.wallet("operator").address
    stage.chain.give_gas(operator)
    stage.send("operator", stage.calls.mint(town.token, operator, YEN))
    stage.send("operator", stage.calls.approve(town.token, YEN))
    stage.send("operator", stage.calls.stake(town.pool, YEN))


def report(town: Town, usage: str) -> None:
    """One image out of two works, closed into an epoch that is posted."""
    client = town.stage.client
    image = places.collage(*(town.pictures[name] for name in NAMES))
    client.wait(lambda: _reported(town, usage, image), "the stake to be seen")
    token = (town.stage.folder / "operator.token").read_text().strip()
    number = client.close_epoch(town.pool, token)["number"]
    client.wait(lambda: client.epoch(town.pool, number)["state"] == "posted", "the epoch to be posted")
    client.wait(lambda: client.claimable(town.aiko.address)["pending"], "its document to be read")


def _reported(town: Town, usage: str, image: bytes) -> bool:
    try:
        town.stage.client.report_usage(cast.wallet("integrator"), town.pool, usage, image, 10 * YEN)
    except Conflict:
        return False
    return True


def creditline(town: Town, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "creditline", *arguments, "--url", town.stage.url]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False, timeout=120)


def later(town: Town, seconds: int) -> None:
    chain = town.stage.chain
    chain._ask("evm_increaseTime", seconds)
    for _ in range(3):
        chain._ask("evm_mine")


def test_a_creator_is_paid_by_an_epoch_in_every_way(paid: Town, tmp_path: Path) -> None:
    """One story: pending, final, relayed, the budget's end, one's own key, and the statement of it all."""
    client, aiko, ben = paid.stage.client, paid.aiko.address, paid.ben.address
    pending = client.claimable(aiko)["pending"][0]
    assert (pending["n"], pending["disputed"]) == (1, False)
    with pytest.raises(Missing, match="No final epoch of pool"):
        client.claim(aiko, paid.pool)
    with pytest.raises(Missing, match="Nobody has disputed epoch 1"):
        client.dispute(paid.pool, 1)
    _check_preparing(paid)
    later(paid, 3700)
    client.wait(lambda: client.claimable(aiko)["epochs"], "the epoch to be final")
    (due,) = client.claimable(aiko)["epochs"]
    assert due["due"] == due["total"] == pending["amount"]
    proof = client.claim_proof(aiko, paid.pool)
    assert (proof["payee"], proof["amount"], proof["count"]) == (aiko, due["due"], 3)
    with pytest.raises(Conflict, match="is final"):
        client.prepare_dispute(paid.pool, 1, {"late": True})

    told = creditline(paid, "claimable", aiko)
    assert due["due"] in told.stdout, told.stderr
    first = client.claim(aiko, paid.pool)
    assert client.claim(aiko, paid.pool) == first
    with pytest.raises(Exhausted) as used_up:
        client.claim(ben, paid.pool)
    assert f"/v1/creators/{ben}/transactions/{paid.pool}" in used_up.value.next_step
    answer = httpx2.post(f"{paid.stage.url}/v1/claims", json={"payee": ben, "pool": paid.pool}, timeout=60)
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:creditline:problem:exhausted")
    assert 0 < int(answer.headers["retry-after"]) <= 86_400

    printed = json.loads(creditline(paid, "claim", ben, "--print", "--json").stdout)["transactions"]
    assert [each["to"] for each in printed] == [paid.stage.deployment.ledger]
    key = tmp_path / "ben.key"
    key.write_text(paid.ben.private_key.hex())
    paid.stage.chain.give_gas(ben)
    sent = creditline(
        paid, "claim", ben, "--send-with", str(key), "--rpc", paid.stage.chain.url, "--to", aiko, "--json"
    )
    assert len(json.loads(sent.stdout)["sent"]) == 1, sent.stderr
    both = int(due["due"]) + int(client.claimable(ben)["epochs"][0]["total"])
    client.wait(lambda: paid.stage.reader.balance(paid.token, paid.aiko.address) == both, "both payments", 60)
    client.wait(lambda: client.claimable(aiko)["epochs"][0]["due"] == "0", "the claim to be final")
    client.wait(lambda: client.claimable(ben)["epochs"][0]["due"] == "0", "the claim to be final")
    _check_statement(paid, due["due"])


def _check_preparing(paid: Town) -> None:
    client = paid.stage.client
    prepared = client.prepare_dispute(paid.pool, 1, {"wrong": "weights of report 0"})
    assert prepared == client.prepare_dispute(paid.pool, 1, {"wrong": "weights of report 0"})
    assert [each["to"] for each in prepared["transactions"]] == [paid.token, paid.stage.deployment.ledger]
    assert httpx2.get(f"{paid.stage.url}/ipfs/{prepared['cid']}", timeout=60).json()["wrong"]
    for evidence, kind in (("{}", Invalid), ('{"b":1, "a":2}', Invalid), ("[" * 5_000, Invalid)):
        with pytest.raises(kind):
            client._http.post("/v1/disputes/prepare", json={"pool": paid.pool, "n": 1, "evidence": evidence})
    with pytest.raises((Invalid, TooLarge)):
        client.prepare_dispute(paid.pool, 1, {"long": "x" * 300_000})
    with pytest.raises(Missing, match="has no epoch 9"):
        client.prepare_dispute(paid.pool, 9, {"wrong": "weights"})


def _check_statement(paid: Town, amount: str) -> None:
    client, aiko = paid.stage.client, paid.aiko.address
    lines = list(client.statement(aiko))
    assert [(line["kind"], line["balance_units"]) for line in lines] == [("epoch", amount), ("claim", "0")]
    assert (lines[0]["title"], lines[0]["symbol"], lines[0]["decimals"]) == ("aiko-0", "dJPY", 6)
    answer = httpx2.get(
        f"{paid.stage.url}/v1/creators/{aiko}/statement", params={"format": "csv", "limit": 1}, timeout=60
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["x-next-cursor"]
    exported = creditline(paid, "statement", aiko, "--csv")
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert [row["amount_units"] for row in rows] == [amount, f"-{amount}"], exported.stderr
    assert list(client.statement(aiko, until="2001-01-01")) == []
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3 * 86_400))
    assert len(list(client.statement(aiko, until=today))) == 2
    for wrong in ("yesterday", "2026-13-01", "-1"):
        with pytest.raises(Invalid, match="is no time"):
            list(client.statement(aiko, since=wrong))


def test_the_command_line_says_what_is_missing(paid: Town) -> None:
    told = creditline(paid, "claim", paid.aiko.address, "--to", paid.ben.address)
    assert (told.returncode, "can pay nobody but the payee" in told.stderr) == (2, True)
    told = creditline(paid, "dispute", "lapse", paid.pool, "1")
    assert (told.returncode, "--print to send them from your wallet" in told.stderr) == (2, True)
    told = creditline(paid, "dispute", "show", paid.pool, "1", "--json")
    assert (told.returncode, json.loads(told.stdout)["error"]) == (3, "missing")
