"""One picture in, one report out. The same integers whatever was attributed before, beside or together with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import cv2
import numpy as np

from creditline.attribution import evidence, gate, grid, query, report
from creditline.attribution.cache import FeatureCache
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.copies import Clustering, Work
from creditline.attribution.encoders.encoder import Encoder
from creditline.attribution.features import Features, Mask, describe
from creditline.attribution.pictures import Picture
from creditline.attribution.policy import Policy
from creditline.attribution.query import Query
from creditline.attribution.regions import find_regions
from creditline.attribution.report import Finding, Region, Report, Subject
from creditline.attribution.selection import Chosen, choose
from creditline.attribution.shares import FULL_SUPPORT, split
from creditline.attribution.training import TrainingSet
from creditline.attribution.verdicts import Verdicts
from creditline.canonical import JSON
from creditline.errors import Misconfigured, Missing

# Libraries whose releases may change a result. Reports name them; they are no part of the policy's hash.
_LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "opencv-python-headless", "pillow")


@dataclass(frozen=True, eq=False)
class Gathering:
    """What a catalogue is built of. Comparing the works with each other takes longest; `clustering` can do it in steps."""

    training_set: TrainingSet
    features: Sequence[Features]
    clustering: Clustering


class Engine:
    """Holds an encoder, the gate and the cache of features. Raises `Misconfigured` if policy and encoder differ."""

    def __init__(self, policy: Policy, encoder: Encoder, cache: FeatureCache, verdicts: Verdicts) -> None:
        if policy.document["encoder"] != encoder.identity:
            raise Misconfigured(
                f"The policy asks for encoder {policy.document['encoder']} and {encoder.name} is {encoder.identity}.",
                "Use the encoder that the model was registered with.",
            )
        self.policy = policy
        self._encoder = encoder
        self._cache = cache
        self._verdicts = verdicts
        self._gate = gate.Gate(gate.calibration(), policy)
        self._libraries = {name: version(name) for name in _LIBRARIES}

    def describe(self, picture: Picture) -> Features:
        """The features of a picture, from the cache if they are there."""
        known = self._cache.get(picture.content_hash)
        if known is None:
            known = describe(picture, self.policy, self._encoder)
            self._cache.put(picture.content_hash, known)
        return known

    def find_missing(self, training_set: TrainingSet) -> list[bytes]:
        """Content hashes of works that must be described before the set can be searched."""
        return [work.content_hash for work in training_set.works if work.content_hash not in self._cache]

    def gather(self, training_set: TrainingSet) -> Gathering:
        """The features of a training set's works. Raises `Missing` for one that was never described."""
        found = [self._cache.get(work.content_hash) for work in training_set.works]
        features = [each for each in found if each is not None]
        if len(features) < len(found):
            count = len(found) - len(features)
            raise Missing(
                f"{count} works of the training set have no features here.", "Describe their pictures first."
            )
        works = [
            Work(work.content_hash, each) for work, each in zip(training_set.works, features, strict=True)
        ]
        return Gathering(training_set, features, Clustering(works, self.policy, self._verdicts))

    def build_catalogue(self, gathered: Gathering) -> Catalogue:
        """Index the works of a training set, once it is known which are copies of others."""
        return Catalogue(gathered.training_set, gathered.features, gathered.clustering.originals, self.policy)

    def attribute(self, picture: Picture, catalogue: Catalogue) -> JSON:
        """The report of one picture against one training set."""
        asked = query.prepare(picture, self.policy, self._encoder)
        columns, rows = self.policy.rule("grid", "columns"), self.policy.rule("grid", "rows")
        original = _find_original(picture, catalogue)
        if original is not None:
            findings = [_pay_original(original, asked, catalogue, columns * rows, self._gate.smallest)]
        else:
            gathered = evidence.gather(asked, catalogue, self.policy)
            chosen = choose(gathered, asked, catalogue.precedence, self._gate, self.policy)
            asked = replace(asked, ink=_without_ground(asked.ink, chosen))
            findings = [self._draft(one, asked, catalogue) for one in chosen]
        saliency = grid.weigh_cells(asked.ink, columns, rows)
        findings, unattributed = _share(saliency, findings, self.policy.rule("selection", "share_min_ppm"))
        return report.compose(
            Report(
                picture=Subject(
                    "0x" + picture.content_hash.hex(),
                    "0x" + picture.pixel_hash.hex(),
                    picture.width,
                    picture.height,
                ),
                model=catalogue.training_set.model,
                datasets=catalogue.training_set.dataset_ids,
                policy=self.policy.hash,
                engine=self._libraries | {"encoder": f"{self._encoder.name} {self._encoder.identity}"},
                columns=columns,
                rows=rows,
                saliency=tuple(saliency),
                works=tuple(findings),
                unattributed=unattributed,
                usage=None,
            )
        )

    def _draft(self, chosen: Chosen, asked: Query, catalogue: Catalogue) -> Finding:
        """A finding without its share, which depends on the others."""
        columns, rows = self.policy.rule("grid", "columns"), self.policy.rule("grid", "rows")
        closed = (
            cv2.morphologyEx(chosen.agrees.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
        )
        support = grid.measure_support(np.asarray(closed), asked.ink, columns, rows)
        covered = np.count_nonzero(closed & asked.ink) * 1000
        is_copy = covered >= self.policy.rule("selection", "copy_cover_per_mille") * max(1, asked.ink_pixels)
        return Finding(
            **_identify(chosen.work, catalogue),
            share=1,
            tier="copy" if is_copy else "local",
            p_value=chosen.p_value,
            strength=chosen.evidence.score,
            support=tuple(support),
            regions=find_regions(chosen, asked, catalogue.features[chosen.work]),
        )


def _without_ground(ink: Mask, chosen: Sequence[Chosen]) -> Mask:
    """What is the ground of a work is the ground of the picture, unless another work shows there."""
    left = ink.copy()
    for one in chosen:
        left &= ~one.evidence.blank
    for one in chosen:
        left |= one.agrees & ink
    return left


def _find_original(picture: Picture, catalogue: Catalogue) -> int | None:
    """The work with the very same pixels, unless it is a copy itself."""
    wanted = np.frombuffer(picture.pixel_hash, np.uint8)
    for place in np.flatnonzero(catalogue.originals):
        if np.array_equal(catalogue.features[place].pixel_hash, wanted):
            return int(place)
    return None


def _pay_original(work: int, asked: Query, catalogue: Catalogue, cells: int, p_value: int) -> Finding:
    whole = (0, 0, asked.picture.width, asked.picture.height)
    return Finding(
        **_identify(work, catalogue),
        share=1,
        tier="exact",
        p_value=p_value,
        strength=FULL_SUPPORT,
        support=(FULL_SUPPORT,) * cells,
        regions=(Region(whole, whole),),
    )


def _identify(work: int, catalogue: Catalogue) -> JSON:
    trained = catalogue.training_set.works[work]
    return {"work": trained.work_id, "dataset": trained.dataset, "index": trained.index}


def _share(saliency: Sequence[int], findings: list[Finding], share_min_ppm: int) -> tuple[list[Finding], int]:
    """Split, and split again without the smallest until everyone left reaches the least share."""
    while True:
        result = split(saliency, {finding.work: finding.support for finding in findings})
        smallest = min(
            findings, key=lambda finding: (result.shares[finding.work], finding.work), default=None
        )
        if smallest is None or result.shares[smallest.work] >= share_min_ppm:
            break
        findings = [finding for finding in findings if finding is not smallest]
    ordered = sorted(findings, key=lambda finding: finding.work)
    shared = [Finding(**{**vars(finding), "share": result.shares[finding.work]}) for finding in ordered]
    return shared, result.unattributed
