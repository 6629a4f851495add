"""Decides which evidence is payable. The rest of a picture stays unattributed; nothing is spread over the nearest.

Every score is compared with the best scores that pictures reached which draw on no registered work at all. The p-value
of a score is the part of those pictures that did at least as well (conformal, so it holds for any scores whatever
their scale). Each null score is the maximum over the whole catalogue, hence p bounds the chance that a picture made
from nothing registered pays anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from creditline import canonical
from creditline.attribution.policy import Policy
from creditline.attribution.shares import WHOLE_PPM
from creditline.canonical import JSON
from creditline.errors import Misconfigured

CHANNELS = ("keypoints", "patches")


@dataclass(frozen=True)
class Calibration:
    """Per channel the best score of each calibration picture, per mille; `document` is what it was read from."""

    scores: Mapping[str, Sequence[int]]
    document: JSON

    @property
    def hash(self) -> str:
        """0x and the SHA-256 of the canonical document. A policy names it."""
        return "0x" + canonical.digest(canonical.encode(self.document)).hex()

    def p_value(self, channel: str, score: int) -> int:
        """Parts per million, rounded up, corrected for looking in every channel."""
        null = self.scores[channel]
        as_good = sum(other >= score for other in null)
        return min(WHOLE_PPM, -(-(1 + as_good) * len(CHANNELS) * WHOLE_PPM // (len(null) + 1)))


class Gate:
    """Lets evidence pass on two signals that fail for different reasons: pixels (score) and place (witnesses)."""

    def __init__(self, calibration: Calibration, policy: Policy) -> None:
        """Raises `Misconfigured` if the policy names another calibration."""
        if calibration.hash != policy.document["calibration"]:
            raise Misconfigured(
                f"The gate's calibration is {calibration.hash} and the policy names another.",
                "Install the release again, or run scripts/calibrate.",
            )
        self._calibration = calibration
        self._alpha_ppm = policy.rule("gate", "alpha_ppm")
        self._witnesses_min = {
            channel: policy.rule("gate", f"witnesses_min_{channel}") for channel in CHANNELS
        }

    def admit(self, channel: str, score: int, witnesses: int) -> int | None:
        """The p-value if the evidence is payable."""
        p_value = self._calibration.p_value(channel, score)
        return p_value if p_value <= self._alpha_ppm and witnesses >= self._witnesses_min[channel] else None

    @property
    def smallest(self) -> int:
        """The p-value of evidence that no calibration picture came near."""
        return min(self._calibration.p_value(channel, 1001) for channel in CHANNELS)


def calibration() -> Calibration:
    """The one that ships with the package."""
    document = canonical.decode(
        resources.files(__package__).joinpath("calibration.json").read_bytes().rstrip(b"\n")
    )
    return Calibration(document["scores"], document)
