"""From candidates to evidence: which works show in a picture, exactly where, and how strongly.

Encoder windows and keypoints nominate; nothing is evidence until the work, laid over the picture, agrees with it pixel
by pixel. Two channels stand beside each other. `keypoints` finds works that were cut out, scaled, turned or mirrored;
`patches` finds works of which a generator stitched parts in at their own place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from creditline.attribution.agreement import lay_over
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.features import Mask
from creditline.attribution.homography import Matrix
from creditline.attribution.keypoints import Placement, locate, locate_among, refine
from creditline.attribution.policy import Policy
from creditline.attribution.query import Query
from creditline.attribution.stitching import find_stitches

# With so many keypoints that agree, a work needs no second look.
_SURE = 8

Channel = Literal["keypoints", "patches"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """One work in one channel.

    `score` per mille grows with the structure that agrees; `witnesses` counts keypoints or patches that agree on the
    place, the second signal beside the pixels. `agrees` is on the query's canvas, `matrix` maps the work's onto it.
    """

    work: int
    channel: Channel
    score: int
    witnesses: int
    agrees: Mask
    blank: Mask
    matrix: Matrix


def gather(query: Query, catalogue: Catalogue, policy: Policy) -> list[Evidence]:
    """The best evidence per work and channel, strongest first."""
    best: dict[tuple[int, Channel], Evidence] = {}
    for evidence in (*_from_keypoints(query, catalogue, policy), *_from_patches(query, catalogue, policy)):
        key = (evidence.work, evidence.channel)
        if evidence.score and (key not in best or best[key].score < evidence.score):
            best[key] = evidence
    return sorted(best.values(), key=lambda evidence: (-evidence.score, evidence.work, evidence.channel))


def _from_keypoints(query: Query, catalogue: Catalogue, policy: Policy) -> Iterable[Evidence]:
    guesses = locate(query.sightings, catalogue, policy)
    nominated = _nominate(query, catalogue, policy) - {
        guess.work for guess in guesses if guess.inliers >= _SURE
    }
    guesses += locate_among(query.sightings, catalogue, sorted(nominated), policy)
    guesses.sort(key=lambda guess: -guess.inliers)
    for guess in guesses[: policy.rule("keypoints", "guesses_max")]:
        for placement in refine(guess, catalogue.features[guess.work], policy):
            yield _weigh_placement(query, catalogue, placement, policy)


def _nominate(query: Query, catalogue: Catalogue, policy: Policy) -> set[int]:
    """Works that the encoder finds most alike to some window of the picture."""
    hits = catalogue.nearest_views(query.windows, policy.rule("windows", "neighbours"))
    return {int(work) for work in np.unique(hits.work)}


def _weigh_placement(query: Query, catalogue: Catalogue, placement: Placement, policy: Policy) -> Evidence:
    """Score: the part of the work's visible structure that agrees, discounted while there is little of it."""
    agreement = lay_over(query.canvas, catalogue.features[placement.work], placement.matrix)
    part = agreement.structure_agrees / max(1, agreement.structure_shown)
    amount = _saturate(agreement.structure_agrees, query, policy.rule("keypoints", "amount_ppm"))
    return Evidence(
        placement.work,
        "keypoints",
        int(1000 * part * amount),
        placement.inliers,
        agreement.agrees,
        agreement.blank,
        placement.matrix,
    )


def _from_patches(query: Query, catalogue: Catalogue, policy: Policy) -> Iterable[Evidence]:
    """Score: how many clear corners there are in the whole picture, which is stitched together or is not."""
    stitches = find_stitches(query.canvas, query.ink, catalogue, policy)
    least = policy.rule("patches", "corners_min")
    corners = sum(stitch.corners for stitch in stitches if stitch.corners >= least)
    score = int(1000 * (1 - math.exp(-corners / policy.rule("patches", "corners_scale"))))
    nothing = np.zeros_like(query.ink)
    for stitch in stitches:
        yield Evidence(stitch.work, "patches", score, stitch.clear, stitch.owned, nothing, stitch.matrix)


def _saturate(pixels: int, query: Query, amount_ppm: int) -> float:
    """0 for nothing, towards 1 as the pixels pass `amount_ppm` of the canvas."""
    return 1 - math.exp(-pixels * 1_000_000 / (query.ink.size * amount_ppm))
