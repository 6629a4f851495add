"""What the engine asks of an encoder."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """A picture goes in, a direction comes out. Pictures that look alike point the same way."""

    @property
    def identity(self) -> str:
        """Hex SHA-256 of weights and preprocessing: same identity, same vectors."""

    @property
    def name(self) -> str:
        """For people, such as `efficientnet-lite0`."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def side(self) -> int:
        """Width and height in pixels of the pictures that `encode` takes."""

    def encode(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """N x side x side x 3 RGB bytes in, N x dimension unit vectors out, each independent of the others."""
