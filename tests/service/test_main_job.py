"""The main job on a small scale, through the public API of a real process on a real chain."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx2
import pytest

from creditline.demo import cast
from creditline.errors import Conflict, Insufficient, WrongSignature
from creditline.works.terms import Terms
from tests.service.town import YEN, Town, collage, draw

INTEGRATOR = cast.wallet("integrator")


def get(town: Town, path: str) -> httpx2.Response:
    return httpx2.get(f"{town.stage.url}{path}", timeout=60)


def test_health_names_every_part(town: Town) -> None:
    health = town.stage.client.health()
    assert health["status"] == "ok"
    loops = {"follower", "projector", "documents", "sender", "epochs", "commons", "payouts", "book"}
    assert set(health["parts"]) == {"node", "database", "content", "rows"} | loops


def test_works_are_listed_page_by_page(town: Town) -> None:
    first = get(town, "/v1/works?limit=3").json()
    rest = get(town, f"/v1/works?limit=200&cursor={first['next']}").json()
    assert len(first["items"]) == 3
    assert rest["next"] is None
    ids = [work["id"] for work in first["items"] + rest["items"]]
    assert set(ids) >= {town.work(name) for name in town.pictures}
    assert len(ids) == len(set(ids))


def test_a_work_shows_its_owner_and_terms(town: Town) -> None:
    work = town.stage.client.work(town.work("aiko-0"))
    assert (work["creator"], work["payee"]) == (town.aiko.address, town.aiko.address)
    assert (work["title"], work["author"], work["licence"], work["training"]) == (
        "aiko-0",
        "aiko",
        "CC0-1.0",
        "allowed",
    )
    leaves = town.stage.client.registration(work["anchor"])["leaves"]
    assert work["terms_hash"] == Terms("CC0-1.0").digest()
    assert {leaf["terms_hash"] for leaf in leaves} == {work["terms_hash"]}


def test_a_usage_is_attributed_settled_and_paid(town: Town) -> None:
    client = town.stage.client
    picture = collage(town.pictures["aiko-0"], town.pictures["ben-1"])
    receipt = client.report_usage(INTEGRATOR, town.pool, "main-1", picture, 10 * YEN, settlement="direct")
    found = {share["work"]: share["share"] for share in receipt["shares"]}
    assert set(found) == {town.work("aiko-0"), town.work("ben-1")}
    assert sum(found.values()) + receipt["unattributed"] == 1_000_000
    client.settle_all(town.stage.token_file.read_text())
    settled = next(item for item in client.settlements(town.pool) if item["nonce"] == receipt["nonce"])
    assert sum(int(share["amount"]) for share in settled["shares"]) + int(settled["unattributed"]) == int(
        settled["creator_part"]
    )
    for share in settled["shares"]:
        client.withdraw(town.token, share["payee"])
        client.wait(
            lambda payee=share["payee"]: client.balance(town.token, payee)["claimable"] == "0", "the payment"
        )
        assert town.stage.reader.balance(town.token, share["payee"]) >= int(share["amount"])


def test_the_same_usage_gives_the_same_receipt(town: Town) -> None:
    picture = collage(town.pictures["aiko-1"], town.pictures["aiko-2"])
    first = town.stage.client.report_usage(INTEGRATOR, town.pool, "twice", picture, YEN, settlement="direct")
    assert (
        town.stage.client.report_usage(INTEGRATOR, town.pool, "twice", picture, YEN, settlement="direct")
        == first
    )
    assert town.stage.client.receipt(town.pool, "twice") == first


def test_a_usage_id_stands_for_one_generation(town: Town) -> None:
    picture = collage(town.pictures["ben-0"], town.pictures["ben-2"])
    town.stage.client.report_usage(INTEGRATOR, town.pool, "taken", picture, YEN, settlement="direct")
    with pytest.raises(Conflict, match="another picture or revenue"):
        town.stage.client.report_usage(INTEGRATOR, town.pool, "taken", picture, 2 * YEN, settlement="direct")
    with pytest.raises(Conflict, match="same picture"):
        town.stage.client.report_usage(INTEGRATOR, town.pool, "another-id", picture, YEN, settlement="direct")


def test_only_the_training_set_is_paid(town: Town) -> None:
    receipt = town.stage.client.report_usage(
        INTEGRATOR, town.pool, "outside", town.pictures["ben-3"], YEN, settlement="direct"
    )
    assert receipt["shares"] == []
    assert receipt["unattributed"] == 1_000_000


def test_nothing_registered_pays_nobody(town: Town) -> None:
    receipt = town.stage.client.report_usage(
        INTEGRATOR, town.pool, "stranger", draw(999), YEN, settlement="direct"
    )
    assert receipt["shares"] == []


def test_a_usage_signed_by_somebody_else_is_refused(town: Town) -> None:
    with pytest.raises(WrongSignature, match="integrator"):
        town.stage.client.report_usage(town.aiko, town.pool, "forged", draw(1), YEN, settlement="direct")


def test_revenue_above_the_deposit_is_refused_and_reserves_nothing(town: Town) -> None:
    picture = draw(2)
    with pytest.raises(Insufficient, match="holds"):
        town.stage.client.report_usage(
            INTEGRATOR, town.pool, "too-much", picture, 10**15, settlement="direct"
        )
    assert (
        town.stage.client.report_usage(INTEGRATOR, town.pool, "too-much", picture, 1, settlement="direct")[
            "revenue"
        ]
        == "1"
    )


def test_a_work_registers_once(town: Town) -> None:
    from creditline.client.client import NewWork

    with pytest.raises(Conflict, match="registered already"):
        town.stage.client.register(
            town.aiko, [NewWork(town.pictures["aiko-0"], "again", "aiko")], licence="CC0-1.0"
        )


def test_equal_pixels_are_noticed_before_signing(town: Town) -> None:
    client = town.stage.client
    client.add_picture(town.pictures["aiko-0"])
    body = {
        "creator": cast.creator("Copier").address,
        "terms": {"licence": "CC0-1.0"},
        "works": [
            {"content_hash": town.stage.client.work(town.work("aiko-0"))["content_hash"], "title": "mine"}
        ],
    }
    prepared = httpx2.post(f"{town.stage.url}/v1/registrations", json=body, timeout=60).json()
    assert [likeness["registered"] for likeness in prepared["likenesses"]] == [town.work("aiko-0")]


def test_a_report_is_a_page_with_pictures(town: Town) -> None:
    picture = collage(town.pictures["aiko-3"], town.pictures["ben-0"])
    found = town.stage.client.attribute(picture, town.model, keep=True)
    page = get(town, found["page"])
    assert page.status_code == 200
    for name in ("picture", "heatmap"):
        image = get(town, f"{found['page']}/{name}.png")
        assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    thumbnail = get(town, f"/works/{town.work('aiko-3')}/thumbnail.png")
    assert thumbnail.content.startswith(b"\x89PNG")


def test_the_gateway_serves_blocks_and_cars(town: Town) -> None:
    cid = town.stage.client.attribute(town.pictures["aiko-1"], town.model)["report_cid"]
    raw, car = get(town, f"/ipfs/{cid}?format=raw"), get(town, f"/ipfs/{cid}?format=car")
    assert json.loads(raw.content) == get(town, f"/v1/reports/{cid}").json()
    assert raw.content in car.content


def test_an_outsider_verifies(town: Town) -> None:
    town.stage.client.settle_all(town.stage.token_file.read_text())
    places = ["--rpc", town.stage.chain.url, "--gateway", town.stage.url]
    command = [sys.executable, "-m", "creditline", "verify", "--json", *places]
    deployment = ["--deployment", str(town.stage.folder / "deployment.json")]
    ended = subprocess.run([*command, *deployment, "--pixels"], capture_output=True, text=True, check=False)
    verdict = json.loads(ended.stdout)
    assert verdict["answer"] == "yes", verdict["findings"]
    # Images of epochs are recomputed as well, where another test of this town has posted some.
    assert verdict["checks"]["pixels"]["ok"] >= verdict["figures"]["images"] > 0


def test_metrics_are_for_prometheus(town: Town) -> None:
    assert "creditline_follower_lag_blocks" in get(town, "/metrics").text


def test_the_documentation_needs_no_other_host(town: Town) -> None:
    page = get(town, "/docs").text
    assert "https://" not in page.replace("https://fastapi.tiangolo.com/img/favicon.png", "")
