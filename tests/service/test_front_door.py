"""The front door of a real process that gives each address little."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from creditline.demo.stage import Ports, Stage
from tests.service.town import PROJECT, free_port

BURST = 2_000
ATTRIBUTION = 500


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A chain without works, and the service behind a proxy that it knows: loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDITLINE_ADDRESS_UNITS_BURST", str(BURST))
        patch.setenv("CREDITLINE_ADDRESS_UNITS_PER_MINUTE", "60")
        patch.setenv("CREDITLINE_TRUSTED_PROXIES", "127.0.0.1")
        stage = Stage(PROJECT, tmp_path_factory.mktemp("stage"), Ports(free_port(), free_port()))
    try:
        stage.wait_for_service()
        yield stage
    finally:
        stage.close()


def call(stage: Stage, method: str, path: str, address: str, **request: object) -> httpx2.Response:
    headers = {"X-Forwarded-For": address}
    return httpx2.request(method, stage.url + path, headers=headers, timeout=60, **request)  # type: ignore[arg-type]


def test_f26_who_asks_too_much_is_told_when_to_come_back(stage: Stage) -> None:
    form = {"model": "0x" + "11" * 32}
    answers = [
        call(stage, "POST", "/v1/attributions", "203.0.113.1", data=form, files={"picture": b"x"})
        for _ in range(BURST // ATTRIBUTION + 1)
    ]
    assert [each.status_code for each in answers] == [404] * 4 + [429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert 400 < int(refused.headers["retry-after"]) <= 500
    assert call(stage, "GET", "/v1/works", "203.0.113.2").status_code == 200


@pytest.mark.parametrize("limit", [0, 201, 10**30])
def test_f26_a_page_has_an_end(stage: Stage, limit: int) -> None:
    answer = call(stage, "GET", f"/v1/works?limit={limit}", "203.0.113.3")
    assert (answer.status_code, "limit" in answer.json()["title"]) == (422, True)
