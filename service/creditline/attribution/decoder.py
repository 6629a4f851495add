"""Decodes hostile pictures in children of limited memory and time. A child that a picture kills takes nothing with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from creditline.attribution.child import ChildDied, Limits
from creditline.attribution.children import Children
from creditline.errors import NotAPicture, TooLarge

if TYPE_CHECKING:
    from creditline.attribution.pictures import Picture

MODULE = "creditline.attribution.decoder_child"
MEMORY_BYTES = 1536 * 2**20
SECONDS = 10.0

_ATTACHMENT_BYTES = 3 * 40_000_000


class Decoder:
    """A small pool of children, started when needed. Thread-safe."""

    def __init__(
        self,
        *,
        children: int = 2,
        waiting_max: int = 32,
        memory_bytes: int = MEMORY_BYTES,
        seconds: float = SECONDS,
        module: str = MODULE,
    ) -> None:
        """At most `children` decode at once and `waiting_max` callers wait; further ones get `Busy`."""
        limits = Limits(memory_bytes, _ATTACHMENT_BYTES, writes_files=False)
        self._children = Children(module, limits, count=children, waiting_max=waiting_max, seconds=seconds)
        self._seconds = seconds

    def decode(self, data: bytes) -> Picture:
        """The canonical picture. Raises `NotAPicture`, `TooLarge` or `Busy`."""
        import numpy as np

        from creditline.attribution import pictures

        if len(data) > pictures.BYTES_MAX:
            raise pictures.too_many_bytes(len(data))
        try:
            answer, (pixels,) = self._children.ask({}, [data])
        except ChildDied as death:
            if death.timed_out:
                raise TooLarge(
                    f"The picture takes longer than {self._seconds:g} s to decode.", "Save it again."
                ) from death
            raise NotAPicture("The picture made its decoder stop.", "Save the picture again.") from death
        shape = (int(answer["height"]), int(answer["width"]), 3)
        if shape[0] * shape[1] * 3 != len(pixels):
            raise NotAPicture("The picture confused its decoder.", "Save the picture again.")
        canonical = np.frombuffer(pixels, np.uint8).reshape(shape)
        return pictures.Picture(hashlib.sha256(data).digest(), str(answer["media_type"]), canonical)

    def close(self) -> None:
        """Stop the children. The next picture would start new ones."""
        self._children.close()
