"""Open Clip Art as Debian packs it: thousands of drawings, each with its creator, in the public domain.

They are split by creator and by cluster of look-alikes, so that nothing registered resembles anything withheld: what the
engine finds in a picture of withheld drawings is a mistake.
"""

import hashlib
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import resvg_py

from tests.chain.anvil import ROOT

HOME = ROOT / ".cache/clipart"
PACKAGE = "openclipart-svg"
SIDE = 512
SVG_BYTES_MAX = 400_000
PER_CREATOR_MAX = 40
INK_MIN = 0.02
ALIKE = 5
"""Drawings whose 64-bit difference hashes are that near each other count as look-alikes."""
SPLITS = (("registered", 60), ("background", 12), ("calibration", 14), ("withheld", 14))
CREATOR = ".//{http://purl.org/dc/elements/1.1/}creator//{http://purl.org/dc/elements/1.1/}title"


@dataclass(frozen=True)
class Drawing:
    """`png` is drawn on white, its longer side 512 pixels. `creator` is as the file names them."""

    name: str
    creator: str
    png: bytes


def load():
    """{split: [Drawing, ...]}, the same on every machine, and the hash of the manifest."""
    drawings = [drawing for drawing in _drawings() if drawing.creator]
    kept = _cap(_one_per_cluster(drawings))
    splits = {name: [] for name, _ in SPLITS}
    for drawing in kept:
        splits[_split(drawing.creator)].append(drawing)
    manifest = "\n".join(
        f"{split} {each.name} {hashlib.sha256(each.png).hexdigest()}"
        for split, members in splits.items()
        for each in members
    )
    return splits, hashlib.sha256(manifest.encode()).hexdigest()


def _drawings():
    """All that can be drawn, in order of name. Drawing them takes a minute or two, once."""
    store = HOME / "png"
    store.mkdir(parents=True, exist_ok=True)
    paths = sorted(_unpack().rglob("*.svg"))
    with ProcessPoolExecutor() as pool:
        yield from filter(None, pool.map(_draw, paths, chunksize=64))


def _draw(path):
    data = path.read_bytes()
    if len(data) > SVG_BYTES_MAX:
        return None
    kept = HOME / "png" / f"{hashlib.sha256(data).hexdigest()}.png"
    if not kept.exists():
        kept.write_bytes(_render(data))
    png = kept.read_bytes()
    return Drawing(path.stem, _creator(data), png) if png else None


def _render(svg):
    """Empty where it cannot be drawn or shows next to nothing."""
    try:
        png = bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=SIDE, dpi=96, background="white"))
    except (ValueError, UnicodeDecodeError):
        return b""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None or (pixels < 245).any(axis=2).mean() < INK_MIN:
        return b""
    scale = SIDE / max(pixels.shape[:2])
    size = tuple(max(8, round(side * scale)) for side in reversed(pixels.shape[:2]))
    return cv2.imencode(".png", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))[1].tobytes()


def _creator(svg):
    try:
        found = ET.fromstring(svg).find(CREATOR)
    except ET.ParseError:
        return ""
    name = (found.text or "") if found is not None else ""
    return " ".join(name.split()).casefold()


def _one_per_cluster(drawings):
    """The first of each cluster of look-alikes: every later one is near its leader."""
    leaders, kept = np.empty(0, np.uint64), []
    for drawing in drawings:
        hashed = _difference_hash(drawing.png)
        if len(leaders) and np.bitwise_count(leaders ^ hashed).min() <= ALIKE:
            continue
        leaders = np.append(leaders, hashed)
        kept.append(drawing)
    return kept


def _difference_hash(png):
    grey = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)[0]


def _cap(drawings):
    """At most so many of one creator, spread over their names: one drew more than a thousand stars."""
    by_creator = defaultdict(list)
    for drawing in drawings:
        by_creator[drawing.creator].append(drawing)
    chosen = {
        id(each)
        for works in by_creator.values()
        for each in sorted(works, key=lambda work: hashlib.sha256(work.name.encode()).digest())[
            :PER_CREATOR_MAX
        ]
    }
    return [drawing for drawing in drawings if id(drawing) in chosen]


def _split(creator):
    place = int.from_bytes(hashlib.sha256(creator.encode()).digest()[:8], "big") % 100
    for name, part in SPLITS:
        if place < part:
            return name
        place -= part
    raise AssertionError("the parts add up to 100")


def _unpack():
    folder = HOME / "svg"
    if not folder.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", PACKAGE], cwd=HOME, check=True, capture_output=True)
        (package,) = HOME.glob(f"{PACKAGE}_*.deb")
        part = Path(f"{folder}.part")
        subprocess.run(["dpkg-deb", "-x", package, part], check=True)
        part.rename(folder)
    return folder


if __name__ == "__main__":
    found, digest = load()
    print({name: len(members) for name, members in found.items()}, digest)
    print(Counter(each.creator for each in found["registered"]).most_common(3))
