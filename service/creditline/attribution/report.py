"""The canonical document of one attribution, and how to check it. Pure Python.

A report carries the grids that its shares follow from, so whoever holds one can recompute every share without the
picture, the works or this engine. It holds integers and strings only and stays one IPFS block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from creditline import canonical
from creditline.attribution.shares import FULL_SUPPORT, WHOLE_PPM, Split, split
from creditline.canonical import JSON
from creditline.errors import Invalid

TYPE = "creditline/report/1"
BYTES_MAX = 200 * 1024
TIERS = ("exact", "copy", "local")
WORKS_MAX = 12
CELLS_MAX = 1024
REGIONS_MAX = 4

_HASH = re.compile(r"0x[0-9a-f]{64}")
_FIELDS = {"type", "picture", "model", "datasets", "policy", "engine", "grid", "works", "unattributed"}
_PICTURE_FIELDS = {"content_hash", "pixel_hash", "width", "height"}
_WORK_FIELDS = {"work", "dataset", "index", "share", "tier", "p_value", "strength", "support", "regions"}

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Subject:
    """The picture that was attributed. Hashes are 0x and 64 hex digits; sizes are pixels."""

    content_hash: str
    pixel_hash: str
    width: int
    height: int


@dataclass(frozen=True)
class Region:
    """Where a work shows: boxes (x, y, width, height) in pixels of the picture and of the work."""

    query: Box
    work: Box


@dataclass(frozen=True)
class Finding:
    """One paid work. `share` and `p_value` in parts per million, `strength` and `support` per mille."""

    work: str
    dataset: str
    index: int
    share: int
    tier: str
    p_value: int
    strength: int
    support: tuple[int, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Report:
    """A checked report. `saliency` is parts per million per cell, row by row from the top left."""

    picture: Subject
    model: str
    datasets: tuple[str, ...]
    policy: str
    engine: dict[str, str]
    columns: int
    rows: int
    saliency: tuple[int, ...]
    works: tuple[Finding, ...]
    unattributed: int
    usage: JSON | None

    @property
    def shares(self) -> dict[str, int]:
        """Parts per million by work id, without the unattributed part."""
        return {finding.work: finding.share for finding in self.works}


def compose(report: Report) -> JSON:
    """The canonical document of a report. Raises `Invalid` if it would not be read back."""
    document: JSON = {
        "type": TYPE,
        "picture": vars(report.picture).copy(),
        "model": report.model,
        "datasets": list(report.datasets),
        "policy": report.policy,
        "engine": dict(report.engine),
        "grid": {"columns": report.columns, "rows": report.rows, "saliency": list(report.saliency)},
        "works": [_compose_finding(finding) for finding in report.works],
        "unattributed": report.unattributed,
    }
    if report.usage is not None:
        document["usage"] = report.usage
    read(document)
    return document


def read(document: Mapping[str, Any]) -> Report:
    """Check a document field by field. Raises `Invalid` naming the first field that is wrong.

    The shares must add up here; that they follow from the grids is `recompute_shares`' to say.
    """
    _require_fields(document, _FIELDS, "$", optional={"usage"})
    if document["type"] != TYPE:
        _refuse("type", f"is not {TYPE}")
    grid = _mapping(document["grid"], {"columns", "rows", "saliency"}, "grid")
    columns, rows = (
        _integer(grid["columns"], 1, 64, "grid.columns"),
        _integer(grid["rows"], 1, 64, "grid.rows"),
    )
    saliency = _integers(grid["saliency"], columns * rows, WHOLE_PPM, "grid.saliency")
    if len(saliency) > CELLS_MAX or sum(saliency) != WHOLE_PPM:
        _refuse("grid.saliency", f"does not add up to {WHOLE_PPM:,} over at most {CELLS_MAX} cells")
    datasets = tuple(_hash(item, "datasets") for item in _list(document["datasets"], 256, "datasets"))
    works = _read_works(document["works"], datasets, len(saliency))
    unattributed = _integer(document["unattributed"], 0, WHOLE_PPM, "unattributed")
    if unattributed + sum(finding.share for finding in works) != WHOLE_PPM:
        _refuse("unattributed", f"and the shares do not add up to {WHOLE_PPM:,}")
    usage = document.get("usage")
    if usage is not None and not isinstance(usage, dict):
        _refuse("usage", "is not an object")
    report = Report(
        picture=_read_subject(document["picture"]),
        model=_hash(document["model"], "model"),
        datasets=datasets,
        policy=_hash(document["policy"], "policy"),
        engine=_read_engine(document["engine"]),
        columns=columns,
        rows=rows,
        saliency=saliency,
        works=works,
        unattributed=unattributed,
        usage=usage,
    )
    size = len(canonical.encode(dict(document)))
    if size > BYTES_MAX:
        _refuse("$", f"has {size:,} bytes, above the limit of {BYTES_MAX:,}")
    return report


def recompute_shares(report: Report) -> Split:
    """The shares that follow from the report's own grids. They equal its shares unless someone changed them."""
    return split(report.saliency, {finding.work: finding.support for finding in report.works})


def _compose_finding(finding: Finding) -> JSON:
    regions = [{"query": list(region.query), "work": list(region.work)} for region in finding.regions]
    return {**vars(finding), "support": list(finding.support), "regions": regions}


def _read_subject(value: Any) -> Subject:
    fields = _mapping(value, _PICTURE_FIELDS, "picture")
    return Subject(
        _hash(fields["content_hash"], "picture.content_hash"),
        _hash(fields["pixel_hash"], "picture.pixel_hash"),
        _integer(fields["width"], 1, 2**20, "picture.width"),
        _integer(fields["height"], 1, 2**20, "picture.height"),
    )


def _read_engine(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(item, str) for pair in value.items() for item in pair
    ):
        _refuse("engine", "is not an object of strings")
    return dict(value)


def _read_works(value: Any, datasets: tuple[str, ...], cells: int) -> tuple[Finding, ...]:
    items = _list(value, WORKS_MAX, "works")
    works = tuple(_read_finding(item, datasets, cells, f"works[{place}]") for place, item in enumerate(items))
    ids = [finding.work for finding in works]
    if ids != sorted(set(ids)):
        _refuse("works", "are not in ascending order of distinct work ids")
    return works


def _read_finding(value: Any, datasets: tuple[str, ...], cells: int, path: str) -> Finding:
    fields = _mapping(value, _WORK_FIELDS, path)
    if fields["dataset"] not in datasets:
        _refuse(f"{path}.dataset", "is not among the report's datasets")
    if fields["tier"] not in TIERS:
        _refuse(f"{path}.tier", f"is not one of {', '.join(TIERS)}")
    regions = _list(fields["regions"], REGIONS_MAX, f"{path}.regions")
    return Finding(
        work=_hash(fields["work"], f"{path}.work"),
        dataset=fields["dataset"],
        index=_integer(fields["index"], 0, 2**53 - 1, f"{path}.index"),
        share=_integer(fields["share"], 1, WHOLE_PPM, f"{path}.share"),
        tier=fields["tier"],
        p_value=_integer(fields["p_value"], 0, WHOLE_PPM, f"{path}.p_value"),
        strength=_integer(fields["strength"], 0, FULL_SUPPORT, f"{path}.strength"),
        support=_integers(fields["support"], cells, FULL_SUPPORT, f"{path}.support"),
        regions=tuple(_read_region(item, f"{path}.regions") for item in regions),
    )


def _read_region(value: Any, path: str) -> Region:
    fields = _mapping(value, {"query", "work"}, path)
    return Region(_read_box(fields["query"], path), _read_box(fields["work"], path))


def _read_box(value: Any, path: str) -> Box:
    x, y, width, height = _integers(value, 4, 2**20, path)
    return x, y, width, height


def _require_fields(
    value: Mapping[str, Any], fields: set[str], path: str, optional: set[str] | None = None
) -> None:
    if missing := sorted(fields - set(value)):
        _refuse(f"{path}.{missing[0]}", "is missing")
    if unknown := sorted(set(value) - fields - (optional or set())):
        _refuse(f"{path}.{unknown[0]}", "is not a field of a report")


def _mapping(value: Any, fields: set[str], path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(path, "is not an object")
    _require_fields(value, fields, path)
    return value


def _list(value: Any, length_max: int, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > length_max:
        _refuse(path, f"is not a list of at most {length_max}")
    return value


def _integers(value: Any, length: int, largest: int, path: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) != length:
        _refuse(path, f"is not a list of {length}")
    return tuple(_integer(item, 0, largest, path) for item in value)


def _integer(value: Any, smallest: int, largest: int, path: str) -> int:
    # JSON true is a Python int, and 1 is not what its author meant.
    if not isinstance(value, int) or isinstance(value, bool) or not smallest <= value <= largest:
        _refuse(path, f"is not an integer from {smallest:,} to {largest:,}")
    return value


def _hash(value: Any, path: str) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        _refuse(path, "is not 0x and 64 lower-case hex digits")
    return value


def _refuse(path: str, fault: str) -> NoReturn:
    raise Invalid(
        f"{path} of the report {fault}.", "Fetch the report again, or dispute the receipt that names it."
    )
