"""What the browser computes is what the service computes: shares, roots and content by CID."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from creditline import canonical
from creditline.attribution.shares import split
from creditline.content import cid as cids
from creditline.content import dag
from creditline.ids import WorkId, bytes32
from creditline.works.dataset import compose_dataset

TWIN = Path(__file__).parent / "twin.js"
CASES = 150


def ask(questions: list[dict[str, Any]]) -> list[Any]:
    command = [shutil.which("node") or "node", str(TWIN)]
    done = subprocess.run(
        command, input=json.dumps(questions), check=True, capture_output=True, text=True, timeout=120
    )
    return list(json.loads(done.stdout))


def grid(random: np.random.Generator, works: int) -> tuple[list[int], list[list[int]]]:
    """Saliency that sums to a million, and supports with zeros and ties in them."""
    cells = int(random.integers(1, 65))
    cuts = np.sort(random.integers(0, 1_000_001, cells - 1))
    saliency = np.diff([0, *cuts, 1_000_000])
    coarse = random.choice([1, 250, 1000])
    supports = random.integers(0, 1000 // coarse + 1, (works, cells)) * coarse
    return [int(each) for each in saliency], supports.tolist()


def test_shares_are_the_same_integers() -> None:
    random = np.random.default_rng(6)
    cases = [grid(random, int(random.integers(0, 13))) for _ in range(CASES)]
    answers = ask(
        [{"kind": "split", "saliency": saliency, "supports": supports} for saliency, supports in cases]
    )
    for (saliency, supports), answer in zip(cases, answers, strict=True):
        names = [f"{at:02}" for at in range(len(supports))]
        due = split(saliency, dict(zip(names, supports, strict=True)))
        assert answer == {
            "shares": [due.shares[name] for name in names],
            "unattributed": due.unattributed,
        }


def test_training_sets_have_the_same_roots() -> None:
    sets = [
        [WorkId(bytes32(bytes([3, at, 7] * 10 + [0, 0]))) for at in range(count)]
        for count in (1, 2, 3, 5, 64, 100)
    ]
    answers = ask([{"kind": "root", "works": works} for works in sets])
    assert answers == ["0x" + compose_dataset("x", works).tree().root.hex() for works in sets]


def report(**changes: Any) -> str:
    """A report of one work in two cells."""
    one = "0x" + "11" * 32
    work = {
        "work": one, "dataset": one, "index": 0, "share": 500_000, "tier": "copy", "p_value": 0, "strength": 1,
        "support": [1000, 0], "regions": [],
    }  # fmt: skip
    document = {
        "type": "creditline/report/1", "picture": {"content_hash": one, "pixel_hash": one, "width": 2, "height": 1},
        "model": one, "datasets": [one], "policy": one, "engine": {}, "works": [work | changes.pop("work", {})],
        "grid": {"columns": 2, "rows": 1, "saliency": [500_000, 500_000]}, "unattributed": 500_000,
    }  # fmt: skip
    return canonical.encode(document | changes).decode()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (report(), "ok"),
        (report(work={"share": 600_000}, unattributed=400_000), "check.fault.share"),
        (report(work={"share": 600_000}), "check.fault.reportSum"),
        (report(work={"support": [999, 0]}), "check.fault.share"),
        (report(work={"support": [1001, 0]}), "check.fault.report"),
        (report(work={"dataset": "0x" + "22" * 32}), "check.fault.report"),
        (report(type="creditline/report/2"), "check.fault.report"),
        (report() + " ", "check.fault.report"),
        ("null", "check.fault.report"),
    ],
)  # fmt: skip
def test_a_report_stands_on_its_evidence(text: str, fault: str) -> None:
    assert ask([{"kind": "report", "text": text}]) == [fault if fault == "ok" else ["wrong", fault]]


class Blocks(BaseHTTPRequestHandler):
    """A gateway that has some blocks, and lies about one."""

    def __init__(self, blocks: dict[str, bytes], *args: Any) -> None:
        self.blocks = blocks
        super().__init__(*args)

    def do_GET(self) -> None:
        block = self.blocks.get(self.path.removeprefix("/ipfs/").removesuffix("?format=raw"))
        self.send_response(404 if block is None else 200)
        self.end_headers()
        self.wfile.write(block or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


FILE = bytes(range(256)) * 6000  # 1.5 MB in six blocks
ROOT, *_ = reversed([name for name, _ in dag.layout(FILE)])


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    blocks = dict(dag.layout(FILE)) | dict(dag.layout(b"small"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Blocks, blocks))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", blocks
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(served: tuple[str, dict[str, bytes]], cid: str, **more: Any) -> Any:
    return ask([{"kind": "cid", "gateway": served[0], "cid": cid, **more}])[0]


def test_content_is_put_together_from_checked_blocks(served: tuple[str, dict[str, bytes]]) -> None:
    digest = "0x" + hashlib.sha256(FILE).hexdigest()
    assert fetch(served, ROOT) == digest
    by_hash = {"kind": "digest", "gateway": served[0], "digest": bytes32(cids.digest_of(ROOT))}
    small = {**by_hash, "digest": bytes32(hashlib.sha256(b"small").digest())}
    assert ask([by_hash, small]) == [digest, "0x" + hashlib.sha256(b"small").hexdigest()]


def test_a_gateway_that_lies_is_found_out(served: tuple[str, dict[str, bytes]]) -> None:
    leaf = next(name for name in served[1] if cids.parse(name).codec == cids.RAW)
    served[1][leaf] = b"something else"
    assert fetch(served, ROOT) == ["unreachable", "check.fault.otherBytes"]


def test_what_is_missing_or_too_large_is_told(served: tuple[str, dict[str, bytes]]) -> None:
    assert fetch(served, cids.cid_of(b"nobody has this")) == ["unreachable", "check.fault.gatewayStatus"]
    assert fetch(served, ROOT, most=1000) == ["unreachable", "check.fault.tooLarge"]
    assert fetch(("http://127.0.0.1:1", {}), ROOT) == ["unreachable", "check.fault.gateway"]


def test_sizes_that_lie_are_refused(served: tuple[str, dict[str, bytes]]) -> None:
    leaf = cids.cid_of(b"abc")
    folder = bytes.fromhex("0a020801")  # a UnixFS folder
    false = dag.node.encode([dag.node.Link(leaf, 4, 4)])  # the leaf has three bytes
    for block in (folder, false):
        name = cids.dag_pb_cid(hashlib.sha256(block).digest())
        served[1].update({name: block, leaf: b"abc"})
        assert fetch(served, name) == ["unreachable", "check.fault.notAFile"]
