"""Who answers: the engine, and the peers that it is measured against. Each says for a picture what it would pay."""

import time
from dataclasses import dataclass

import cv2
import numpy as np
import pdqhash

from creditline import canonical
from creditline.attribution import evidence, pictures, policy, query, report
from creditline.attribution.cache import FeatureCache
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.encoders.embedded import EmbeddedEncoder
from creditline.attribution.engine import Engine
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.verdicts import Verdicts
from tests.bench.attribution.clipart import HOME
from tests.bench.attribution.scores import WHOLE

PAID_MAX = 12
TEMPERATURE = 0.02


@dataclass(frozen=True)
class Answer:
    """`paid` in parts per million by name; `best` and `confidence` whoever comes first, paid or not.

    `seconds` of a processor were spent on finding out whom to pay.
    """

    paid: dict[str, int]
    best: str | None
    confidence: float
    seconds: float = 0.0


class Creditline:
    """The engine under the policy that ships with it."""

    name = "creditline"

    def __init__(self, works):
        self._rules, self._encoder = policy.default(), EmbeddedEncoder()
        cache = FeatureCache(HOME / "features", self._rules)
        self.engine = Engine(self._rules, self._encoder, cache, Verdicts(HOME / "features", self._rules))
        self.names = {f"0x{place:064x}": name for place, name in enumerate(works)}
        rows = []
        for work, png in zip(self.names, works.values(), strict=True):
            self.engine.describe(pictures.decode(png))
            rows.append(TrainedWork(work, "0x" + "da" * 32, len(rows), canonical.digest(png)))
        training = TrainingSet("0x" + "aa" * 32, ("0x" + "da" * 32,), tuple(rows))
        self.catalogue: Catalogue = self.engine.build_catalogue(self.engine.gather(training))
        self._rows = list(works)

    def document(self, png):
        return self.engine.attribute(pictures.decode(png), self.catalogue)

    def answer(self, png):
        began = time.process_time()
        paid = self.pay(png)
        seconds = time.process_time() - began
        return Answer(paid, *self._first(png, paid), seconds)

    def pay(self, png):
        return {self.names[work]: part for work, part in report.read(self.document(png)).shares.items()}

    def _first(self, png, paid):
        """Whoever comes first below the gate too, of which a report says nothing: the evidence is gathered once more."""
        asked = query.prepare(pictures.decode(png), self._rules, self._encoder)
        found = evidence.gather(asked, self.catalogue, self._rules)
        if found:
            return self._rows[found[0].work], found[0].score / 1000
        return max(paid, key=paid.get) if paid else None, float(bool(paid))


class Nearest:
    """One embedding of the whole picture and its cosine to each work: the nearest gets everything."""

    name = "nearest"

    def __init__(self, works):
        self._encoder, self._names = EmbeddedEncoder(), list(works)
        kept = (
            HOME
            / f"nearest-{canonical.digest(b''.join(map(canonical.digest, works.values()))).hex()[:16]}.npy"
        )
        if not kept.exists():
            np.save(kept, np.concatenate([self.embed(png) for png in works.values()]))
        self._vectors = np.load(kept)

    def embed(self, png):
        pixels = pictures.decode(png).pixels
        return self._encoder.encode(cv2.resize(pixels, (224, 224), interpolation=cv2.INTER_AREA)[None])

    def answer(self, png):
        likeness = (self.embed(png) @ self._vectors.T)[0]
        best = int(likeness.argmax())
        return Answer(self.pay(likeness), self._names[best], float(likeness[best]))

    def pay(self, likeness):
        return {self._names[int(likeness.argmax())]: WHOLE}


class Softmax(Nearest):
    """The calibrator of AbC (ICCV 2023): the same embedding, money by softmax over all works, nobody left out."""

    name = "softmax"

    def pay(self, likeness):
        weights = np.exp((likeness - likeness.max()) / TEMPERATURE)
        first = np.argsort(-weights, kind="stable")[:PAID_MAX]
        parts = np.floor(WHOLE * weights[first] / weights[first].sum()).astype(int)
        parts[0] += WHOLE - parts.sum()
        return {self._names[at]: int(part) for at, part in zip(first, parts, strict=True) if part}


class Hash:
    """PDQ, upright and in its eight dihedral forms; what is within 31 of 256 bits is paid."""

    name = "hash"
    NEAR = 31

    def __init__(self, works):
        self._names = list(works)
        self._hashes = np.stack([pdqhash.compute(pictures.decode(png).pixels)[0] for png in works.values()])

    def answer(self, png):
        forms, _ = pdqhash.compute_dihedral(pictures.decode(png).pixels)
        distances = np.min([(self._hashes != form).sum(axis=1) for form in forms], axis=0)
        best = int(distances.argmin())
        paid = {self._names[best]: WHOLE} if distances[best] <= self.NEAR else {}
        return Answer(paid, self._names[best], 1 - distances[best] / 256)


PEERS = (Nearest, Softmax, Hash)
