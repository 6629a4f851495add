"""Puts receipts into images. The library that does it reads hostile bytes, so it runs in a child of limited memory and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditline import canonical
from creditline.attribution.child import ChildDied, Limits
from creditline.attribution.children import Children
from creditline.canonical import JSON
from creditline.errors import NotAPicture, TooLarge

if TYPE_CHECKING:
    from creditline.stamping.credential import Credential

MODULE = "creditline.stamping.stamping_child"
MEMORY_BYTES = 1024 * 2**20
SECONDS = 20.0
PICTURE_BYTES_MAX = 32 * 2**20
STAMP_BYTES_MAX = 2 * 2**20
RECEIPT_BYTES_MAX = 64 * 1024

LIMITS = Limits(MEMORY_BYTES, PICTURE_BYTES_MAX + STAMP_BYTES_MAX, writes_files=False)

# The smallest picture that there is: one grey pixel.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


@dataclass(frozen=True)
class Stamped:
    """An image with a receipt in it. `media_type` is that of the picture which was stamped."""

    data: bytes
    media_type: str


class Stamper:
    """Thread-safe. The child starts with the first picture."""

    def __init__(
        self,
        credential: Credential,
        *,
        bytes_max: int = PICTURE_BYTES_MAX,
        waiting_max: int = 32,
        seconds: float = SECONDS,
        module: str = MODULE,
    ) -> None:
        self._credential = credential
        self._bytes_max = min(bytes_max, PICTURE_BYTES_MAX)
        self._children = Children(module, LIMITS, count=1, waiting_max=waiting_max, seconds=seconds)

    def stamp(self, picture: bytes, receipt: JSON) -> Stamped:
        """`picture` with the canonical document `receipt` in a sealed C2PA manifest; not one pixel changes.

        Two stamps of the same picture differ in their random salts. Raises `NotAPicture` for other formats than PNG,
        JPEG and WebP, `TooLarge`, `Invalid` for a receipt that has no canonical form, `Misconfigured` for a certificate
        that C2PA does not accept, and `Busy`.
        """
        if len(picture) > self._bytes_max:
            raise TooLarge(f"The picture has more than {self._bytes_max:,} bytes.", "Stamp a smaller one.")
        document = canonical.encode(receipt)
        if len(document) > RECEIPT_BYTES_MAX:
            raise TooLarge(f"The receipt has more than {RECEIPT_BYTES_MAX:,} bytes.", "Stamp a smaller one.")
        question = {"ask": "stamp", "algorithm": self._credential.algorithm}
        attachments = [picture, document, self._credential.certificates, self._credential.key]
        try:
            answer, (stamped,) = self._children.ask(question, attachments)
        except ChildDied as death:
            raise explain(death) from death
        return Stamped(stamped, str(answer["media_type"]))

    def prove(self) -> None:
        """Stamp one pixel. Raises `Misconfigured` if C2PA does not accept the certificate, or is not installed."""
        self.stamp(_PIXEL, {})

    def close(self) -> None:
        """Stop the child. Safe to call twice."""
        self._children.close()


def explain(death: ChildDied) -> NotAPicture | TooLarge:
    """What the death of a child says of the picture that it died of."""
    if death.timed_out:
        return TooLarge("The picture's manifest takes too long to work on.", "Save the picture again.")
    return NotAPicture("The picture made the process stop that works on manifests.", "Save it again.")
