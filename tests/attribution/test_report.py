"""What is a report, what is not, and that its shares can be recomputed from itself."""

import subprocess
import sys

import pytest

from creditline import canonical
from creditline.attribution import report
from creditline.attribution.shares import split
from creditline.errors import Invalid

CELLS = 256
WORK_A, WORK_B = "0x" + "0a" * 32, "0x" + "0b" * 32
DATASET = "0x" + "d0" * 32


def example():
    saliency = [3906] * CELLS
    saliency[0] += 1_000_000 - sum(saliency)
    support = {WORK_A: [700] * CELLS, WORK_B: [1000, *[0] * (CELLS - 1)]}
    shares = split(saliency, support)
    works = [
        {
            "work": work,
            "dataset": DATASET,
            "index": place,
            "share": shares.shares[work],
            "tier": "local",
            "p_value": 4000,
            "strength": 900,
            "support": cells,
            "regions": [{"query": [0, 0, 10, 20], "work": [5, 5, 10, 20]}],
        }
        for place, (work, cells) in enumerate(support.items())
    ]
    return {
        "type": "creditline/report/1",
        "picture": {
            "content_hash": "0x" + "01" * 32,
            "pixel_hash": "0x" + "02" * 32,
            "width": 640,
            "height": 480,
        },
        "model": "0x" + "aa" * 32,
        "datasets": [DATASET],
        "policy": "0x" + "bb" * 32,
        "engine": {"numpy": "2"},
        "grid": {"columns": 16, "rows": 16, "saliency": saliency},
        "works": works,
        "unattributed": shares.unattributed,
    }


def test_what_was_composed_reads_back_to_the_same_bytes():
    document = example()
    assert canonical.encode(report.compose(report.read(document))) == canonical.encode(document)


def test_an_auditor_recomputes_the_shares():
    read = report.read(example())
    again = report.recompute_shares(read)
    assert again.shares == read.shares
    assert again.unattributed == read.unattributed


def test_shifted_shares_read_but_do_not_recompute():
    document = example()
    document["works"][0]["share"] -= 1000
    document["unattributed"] += 1000
    read = report.read(document)
    assert report.recompute_shares(read).shares != read.shares


def test_usage_passes_through():
    document = example() | {"usage": {"id": "u-1"}}
    assert report.compose(report.read(document)) == document


def test_reading_needs_no_numpy():
    code = (
        "import sys; from creditline.attribution import report, shares, policy, training, fingerprints, worker;"
        "assert not {'numpy', 'cv2', 'faiss', 'onnxruntime', 'PIL'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


BROKEN = {
    "type": lambda d: d.update(type="creditline/report/2"),
    "missing": lambda d: d.pop("policy"),
    "unknown": lambda d: d.update(extra=1),
    "sum": lambda d: d.update(unattributed=d["unattributed"] + 1),
    "bool": lambda d: d["works"][0].update(index=True),
    "float": lambda d: d["works"][0].update(strength=900.0),
    "negative": lambda d: d["works"][0].update(share=-5),
    "hash": lambda d: d.update(model="0x" + "AA" * 32),
    "order": lambda d: d["works"].reverse(),
    "twice": lambda d: d["works"].append(d["works"][1]),
    "stranger to the data sets": lambda d: d["works"][0].update(dataset="0x" + "99" * 32),
    "tier": lambda d: d["works"][0].update(tier="style"),
    "cells": lambda d: d["works"][0]["support"].append(0),
    "height": lambda d: d["works"][0]["support"].__setitem__(3, 1001),
    "saliency": lambda d: d["grid"]["saliency"].__setitem__(3, 0),
    "regions": lambda d: d["works"][0].update(regions=d["works"][0]["regions"] * 5),
    "box": lambda d: d["works"][0]["regions"][0].update(query=[0, 0, 1]),
    "engine": lambda d: d.update(engine={"numpy": 2}),
    "usage": lambda d: d.update(usage="u-1"),
    "size": lambda d: d.update(usage={"text": "x" * 210_000}),
    "many": lambda d: d.update(works=d["works"] * 7),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_report_is_refused(fault):
    document = example()
    BROKEN[fault](document)
    with pytest.raises(Invalid):
        report.read(document)


def test_the_largest_report_stays_one_block():
    document = example()
    finding = document["works"][0] | {"regions": document["works"][0]["regions"] * 4, "share": 10_000}
    document["works"] = [finding | {"work": f"0x{place:064x}"} for place in range(12)]
    document["unattributed"] = 1_000_000 - 120_000
    report.read(document)
    assert len(canonical.encode(document)) < 32 * 1024
