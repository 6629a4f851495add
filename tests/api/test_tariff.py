"""Prices stand where people read them, and no call costs more than a caller can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditline.api.limits import JSON_BYTES_MAX
from creditline.api.tariff import BODY_BYTES_PER_UNIT, TARIFF, Price, price
from creditline.settings import CALL_UNITS_MAX, Settings

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "reference" / "limits.md"


@pytest.mark.parametrize("each", TARIFF, ids=lambda each: f"{each.method} {each.path}")
def test_every_price_is_documented(each: Price) -> None:
    assert f"| {each.method} | `{each.path}` | {each.units} |" in DOCUMENT.read_text()


def test_every_call_can_be_made() -> None:
    (bound,) = (
        each.le for each in Settings.model_fields["picture_bytes_max"].metadata if hasattr(each, "le")
    )
    for each in TARIFF:
        assert each.units + max(bound, JSON_BYTES_MAX) // BODY_BYTES_PER_UNIT <= CALL_UNITS_MAX


@pytest.mark.parametrize(
    ("method", "path", "body_bytes", "units"),
    [
        ("POST", "/v1/attributions", 0, 500),
        ("POST", "/v1/attributions", 64 * 1024 * 3, 503),
        ("GET", "/v1/works", 0, 1),
        ("GET", "/ipfs/bafk", 0, 1),
        ("GET", "/reports/bafk/heatmap.png", 0, 100),
        ("POST", "/v1/registrations/0x12/signature", 10, 100),
        ("POST", "/v1/attributions/x", 0, 10),
        ("DELETE", "/v1/session", 0, 1),
    ],
)
def test_an_attribution_costs_more_than_a_read(method: str, path: str, body_bytes: int, units: int) -> None:
    assert price(method, path, body_bytes) == units
