"""A small town to test in: a local chain, the service as a real process, two creators, one model, one funded pool."""

from __future__ import annotations

import hashlib
import io
import socket
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from creditline.client import Wallet
from creditline.client.client import NewWork
from creditline.demo import cast
from creditline.demo.stage import Ports, Stage
from creditline.ids import Address, WorkId, bytes32, work_id

PROJECT = Path(__file__).parent.parent.parent
YEN = 10**6
FUNDING = 1_000 * YEN
TERMS = {"creator_bps": 7000, "developer_bps": 1500, "compute_bps": 1000, "window": 3600, "bond": str(YEN)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def draw(seed: int, side: int = 256) -> bytes:
    """A picture with many corners, unlike that of any other seed."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = random.integers(0, side, 2)
        w, h = random.integers(side // 16, side // 4, 2)
        colour = tuple(int(part) for part in random.integers(0, 230, 3))
        shape = pen.ellipse if random.random() < 0.4 else pen.rectangle
        shape([int(x), int(y), int(x + w), int(y + h)], fill=colour)
    return encode(image)


def encode(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def collage(*pictures: bytes) -> bytes:
    """Pictures side by side."""
    images = [Image.open(io.BytesIO(picture)) for picture in pictures]
    sheet = Image.new("RGB", (sum(image.width for image in images), images[0].height), "white")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width
    return encode(sheet)


@dataclass(frozen=True)
class Town:
    stage: Stage
    aiko: Wallet
    ben: Wallet
    pictures: dict[str, bytes]
    model: str
    pool: str
    token: Address

    def work(self, name: str) -> WorkId:
        owner = self.aiko if name.startswith("aiko") else self.ben
        return work_id(owner.address, bytes32(hashlib.sha256(self.pictures[name]).digest()))


def build(folder: Path) -> Town:
    stage = Stage(PROJECT, folder, Ports(free_port(), free_port()))
    try:
        stage.wait_for_service()
        return _settle_in(stage)
    except BaseException:
        stage.close()
        raise


def _settle_in(stage: Stage) -> Town:
    aiko, ben, client = cast.creator("Aiko"), cast.creator("Ben"), stage.client
    pictures = {f"aiko-{n}": draw(100 + n) for n in range(4)} | {f"ben-{n}": draw(200 + n) for n in range(4)}
    roots = [
        client.register(
            wallet,
            [NewWork(png, key, name) for key, png in pictures.items() if key.startswith(name)],
            licence="CC0-1.0",
        )
        for name, wallet in (("aiko", aiko), ("ben", ben))
    ]
    for root in roots:
        client.wait_anchored(root["id"])
    works = [work["id"] for work in client.works() if work["title"] != "ben-3"]
    draft = client.draft_dataset("town", works)
    stage.send("developer", draft["transaction"])
    dataset = client.wait(lambda: next(iter(client.datasets()), None), "the data set")["id"]
    stage.send("developer", client.draft_model("0x" + "11" * 32, [dataset])["transaction"])
    model = client.wait(lambda: next(iter(client.models()), None), "the model")["id"]
    token = stage.deployment.demo_token
    assert token
    people = {role: cast.wallet(role).address for role in cast.ROLES if role != "operator"}
    pool = client.draft_pool({"token": token, "model_id": model, **people, **TERMS})
    stage.send("integrator", pool["transaction"])
    client.wait(lambda: next(iter(client.pools()), None), "the pool")
    stage.send("integrator", stage.calls.mint(token, cast.wallet("integrator").address, FUNDING))
    for step in client.draft_funding(pool["id"], FUNDING):
        stage.send("integrator", step)
    client.wait(lambda: int(client.pool(pool["id"])["deposited"]) == FUNDING, "the deposit")
    return Town(stage, aiko, ben, pictures, model, pool["id"], token)
