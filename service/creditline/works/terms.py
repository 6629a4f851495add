"""Terms: what a creator allows, in words and in a document that the work's record holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from creditline import canonical
from creditline.errors import Invalid
from creditline.ids import Bytes32, bytes32
from creditline.text import require_line

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
        require_line(self.licence, "The licence", LICENCE_MAX)

    def document(self) -> canonical.JSON:
        return {"type": TYPE, "licence": self.licence, "training": self.training.value}

    def encode(self) -> bytes:
        return canonical.encode(self.document())

    def digest(self) -> Bytes32:
        """What names them: later terms are announced on chain by it."""
        return bytes32(canonical.digest(self.encode()))


def read_terms(document: canonical.JSON) -> Terms:
    """Raises `Invalid` for another type or an unknown permission."""
    try:
        if document["type"] != TYPE:
            raise Invalid(f"Unknown terms type {document['type']!r}.", f"This version reads {TYPE}.")
        terms = Terms(licence=str(document["licence"]), training=Training(document["training"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"The terms are incomplete: {error}.", "They need type, licence and training."
        ) from error
    if terms.document() != document:
        raise Invalid("The terms hold something that terms do not have.", f"Compare them with {TYPE}.")
    return terms
