"""Reads receipts out of images, whoever stamped them."""

from __future__ import annotations

from dataclasses import dataclass

from creditline.attribution.child import Child, ChildDied
from creditline.canonical import JSON
from creditline.errors import TooLarge
from creditline.stamping.stamper import LIMITS, MODULE, PICTURE_BYTES_MAX, SECONDS, STAMP_BYTES_MAX, explain

BYTES_MAX = PICTURE_BYTES_MAX + STAMP_BYTES_MAX
INVALID = "invalid"


@dataclass(frozen=True)
class Seal:
    """What C2PA says of an image's manifest.

    `state`: "trusted" (whole, and by an authority that the reader named), "valid" (whole), or "invalid" (the image or
    the manifest was changed, or the certificate does not hold). `signer`: whom the certificate names. `problems`: C2PA's
    own codes.
    """

    state: str
    signer: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Stamp:
    """A receipt found in an image. The seal says who put it there; the receipt has a signature of its own.

    `same_picture`: whether the image is byte for byte the one whose hash the receipt names, once the stamp is off. None
    where that cannot be told, because the image has other manifests as well.
    """

    receipt: JSON
    seal: Seal
    same_picture: bool | None

    @property
    def holds(self) -> bool:
        """Nothing speaks against it."""
        return self.seal.state != INVALID and self.same_picture is not False


def read(data: bytes, authorities: bytes = b"", *, seconds: float = SECONDS, module: str = MODULE) -> Stamp:
    """The receipt in `data`. `authorities` are certificates in PEM that the reader trusts.

    Raises `Missing` where there is none, `Corrupt` where the manifest cannot be read, `NotAPicture`, `TooLarge`, and
    `Invalid` for `authorities` that are none.
    """
    if len(data) > BYTES_MAX:
        raise TooLarge(
            f"The file has more than {BYTES_MAX:,} bytes.", "Look for the file as it was given out."
        )
    child = Child(module, (), LIMITS)
    try:
        found, _ = child.ask({"ask": "read"}, [data, authorities], seconds)
    except ChildDied as death:
        raise explain(death) from death
    finally:
        child.close()
    receipt, named = found["receipt"], "0x" + found["original_hash"]
    return Stamp(
        receipt,
        Seal(found["state"], found["signer"], tuple(found["problems"])),
        receipt.get("output_hash") == named if found["is_first"] else None,
    )
