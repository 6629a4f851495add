"""What the explorer shows: lists that can be paged, and nothing that anybody has to sign in for."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from creditline.demo import cast
from tests.service.town import YEN, Town, collage

INTEGRATOR = cast.wallet("integrator")


def get(town: Town, path: str, status: int = 200) -> Any:
    answer = httpx2.get(f"{town.stage.url}{path}", timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def reported(town: Town) -> list[str]:
    """Usage ids of three receipts, the first one direct, in the order in which they were issued."""
    pairs = [("aiko-0", "ben-0"), ("aiko-1", "ben-1"), ("aiko-2", "ben-2")]
    for at, (one, other) in enumerate(pairs):
        picture = collage(town.pictures[other], town.pictures[one])
        town.stage.client.report_usage(
            INTEGRATOR, town.pool, f"explored-{at}", picture, YEN, settlement="direct"
        )
    return [f"explored-{at}" for at in range(len(pairs))]


def test_reports_come_newest_first_and_page_by_page(town: Town, reported: list[str]) -> None:
    first = get(town, "/v1/reports?limit=2")
    assert [line["usage_id"] for line in first["items"]] == reported[:0:-1]
    second = get(town, f"/v1/reports?limit=2&cursor={first['next']}")
    assert second["items"][0]["usage_id"] == reported[0]
    line = first["items"][0]
    assert line["epoch"] is None
    assert sum(share["share"] for share in line["shares"]) + line["unattributed"] == 1_000_000
    assert get(town, f"/v1/reports/{line['cid']}")["usage"]["id"] == line["usage_id"]


def test_reports_can_be_those_of_a_work_or_a_pool(town: Town, reported: list[str]) -> None:
    found = get(town, f"/v1/reports?work={town.work('aiko-1')}")["items"]
    assert {line["usage_id"] for line in found} >= {reported[1]}
    assert all(town.work("aiko-1") in {share["work"] for share in line["shares"]} for line in found)
    assert get(town, f"/v1/reports?pool={'0x' + '77' * 32}")["items"] == []
    assert len(get(town, f"/v1/reports?pool={town.pool}")["items"]) >= len(reported)


@pytest.mark.parametrize(
    "path", ["/v1/reports?limit=201", "/v1/reports?limit=0", "/v1/reports?work=0x12", "/v1/reports?cursor=no"]
)
def test_a_wrong_question_is_told(town: Town, path: str) -> None:
    assert get(town, path, 422)["type"] == "urn:creditline:problem:invalid"


def test_a_cursor_of_another_list_is_refused(town: Town) -> None:
    cursor = get(town, "/v1/works?limit=1")["next"]
    assert "cursor" in get(town, f"/v1/reports?cursor={cursor}", 422)["title"]


def test_the_works_of_a_training_set_stand_at_their_places(town: Town) -> None:
    dataset = get(town, "/v1/datasets")["items"][0]
    first = get(town, f"/v1/datasets/{dataset['id']}/works?limit=4")
    rest = get(town, f"/v1/datasets/{dataset['id']}/works?limit=200&cursor={first['next']}")
    items = first["items"] + rest["items"]
    assert [item["position"] for item in items] == list(range(dataset["count"]))
    ids = [item["work"]["id"] for item in items]
    assert ids == sorted(ids)
    assert rest["next"] is None


def test_the_works_of_no_training_set_are_missing(town: Town) -> None:
    assert get(town, f"/v1/datasets/{'0x' + '77' * 32}/works", 404)["type"].endswith("missing")


def test_a_work_says_how_large_its_picture_is(town: Town) -> None:
    work = get(town, f"/v1/works/{town.work('ben-0')}")
    assert (work["width"], work["height"]) == (256, 256)


def test_the_overview_counts_what_is_there(town: Town, reported: list[str]) -> None:
    overview = get(town, "/v1/overview")
    works = get(town, "/v1/works?limit=200")["items"]
    assert overview["works"] == len(works)
    assert overview["creators"] == len({work["creator"] for work in works})
    assert (overview["datasets"], overview["models"]) == (1, 1)
    assert overview["reports"] >= len(reported)


def test_a_token_says_its_name_and_decimals(town: Town) -> None:
    assert get(town, f"/v1/tokens/{town.token}") == {"address": town.token, "symbol": "dJPY", "decimals": 6}
    stranger = get(town, f"/v1/tokens/{town.aiko.address}")
    assert (stranger["symbol"], stranger["decimals"]) == ("", None)


def test_a_report_has_a_picture_in_every_size(town: Town, reported: list[str]) -> None:
    cid = get(town, "/v1/reports?limit=1")["items"][0]["cid"]
    for kind in ("picture", "thumbnail", "heatmap"):
        answer = httpx2.get(f"{town.stage.url}/reports/{cid}/{kind}.png", timeout=60)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert httpx2.get(f"{town.stage.url}/reports/{cid}/other.png").status_code == 422
