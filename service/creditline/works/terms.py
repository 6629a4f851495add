"""Terms: what a creator allows, in words and in a document whose hash stands on chain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from creditline import canonical
from creditline.errors import Invalid, TooLarge
from creditline.ids import Bytes32, bytes32

LICENCE_MAX = 200
TYPE = "creditline/terms/1"


class Training(StrEnum):
    """May models learn from the work? `ALLOWED` means: for a share of what they earn."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Terms:
    """`licence` is an SPDX id or the creator's own words, at most 200 characters."""

    licence: str
    training: Training = Training.ALLOWED

    def __post_init__(self) -> None:
        if not self.licence.strip():
            raise Invalid(
                "The terms name no licence.", 'Give an SPDX id such as "CC-BY-SA-4.0", or your own words.'
            )
        if len(self.licence) > LICENCE_MAX:
            raise TooLarge(
                f"The licence text has {len(self.licence)} characters.",
                f"Keep it to {LICENCE_MAX}; link the rest.",
            )

    def document(self) -> canonical.JSON:
        return {"type": TYPE, "licence": self.licence, "training": self.training.value}

    def encode(self) -> bytes:
        return canonical.encode(self.document())

    def digest(self) -> Bytes32:
        """The `termsHash` of the registry."""
        return bytes32(canonical.digest(self.encode()))


def read_terms(document: canonical.JSON) -> Terms:
    """Raises `Invalid` for another type or an unknown permission."""
    try:
        if document["type"] != TYPE:
            raise Invalid(f"Unknown terms type {document['type']!r}.", f"This version reads {TYPE}.")
        return Terms(licence=str(document["licence"]), training=Training(document["training"]))
    except (KeyError, ValueError) as error:
        raise Invalid(
            f"The terms are incomplete: {error}.", "They need type, licence and training."
        ) from error
