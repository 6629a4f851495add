"""Any open_clip model as an encoder. Needs the `openclip` extra; loads torch only when an encoder is made.

Weights come from the hub by the name of a pretrained set, or from a local checkpoint file, and are named by their own
SHA-256 either way: the same identity means the same numbers, whatever the file was called.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.errors import Misconfigured


class OpenClipEncoder:
    """`model` and `weights` as open_clip lists them, such as `ViT-B-32` and `laion2b_s34b_b79k`.

    `weights` may also be the path of a checkpoint. Raises `Misconfigured` when the extra is not installed, or when
    open_clip knows no such model, cannot fetch the weights or cannot read the file.
    """

    def __init__(self, model: str, weights: str) -> None:
        self._torch, open_clip = import_libraries()
        # Batches and threads would change the last bits of a vector.
        self._torch.set_num_threads(1)
        try:
            self._model = open_clip.create_model(model, pretrained=weights, precision="fp32", device="cpu")
        except (RuntimeError, OSError, ValueError) as error:
            raise Misconfigured(
                f"open_clip cannot load {model} with {weights}.",
                "Name a pair that open_clip.list_pretrained() lists, or the path of a checkpoint file.",
            ) from error
        self._model.eval()
        settings = open_clip.get_model_preprocess_cfg(self._model)
        self.name = f"open_clip {model}"
        self.side = _read_side(settings["size"])
        self._mean = np.array(settings["mean"], np.float32)
        self._deviation = np.array(settings["std"], np.float32)
        self.identity = _identify(self._model.state_dict(), {"model": model, **settings})
        self.dimension = int(self.encode(np.zeros((1, self.side, self.side, 3), np.uint8)).shape[1])

    def encode(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """N x side x side x 3 RGB bytes in, N x dimension unit vectors out."""
        vectors = []
        with self._torch.inference_mode():
            for picture in batch:
                scaled = (picture.astype(np.float32) / 255 - self._mean) / self._deviation
                planes = self._torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
                vectors.append(self._model.encode_image(planes, normalize=True).numpy()[0])
        return np.stack(vectors).astype(np.float32)


def import_libraries() -> tuple[ModuleType, ModuleType]:
    """Load torch and open_clip, mended if need be. Raises `Misconfigured` when the extra is not installed."""
    try:
        import torch

        try:
            import torchvision  # noqa: F401 - open_clip imports it; this finds out whether it can
        except RuntimeError:
            _mend_torchvision(torch)
        import open_clip
    except ImportError as error:
        raise Misconfigured(
            "The open_clip encoder is not installed.", "Run pip install 'creditline[service,openclip]'."
        ) from error
    return torch, open_clip


def _mend_torchvision(torch: ModuleType) -> None:
    """Let torchvision import beside a torch without CUDA.

    Some registries pair a CUDA build of torchvision with a CPU build of torch; its compiled operators then do not load,
    and the import stops at the missing `nms`. open_clip uses none of them, so declaring their names is enough.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    # Kept for the life of the process: torch forgets the operators together with the object.
    _mend_torchvision.__dict__["library"] = library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    __import__("torchvision")


def _read_side(size: Any) -> int:
    return int(size if isinstance(size, int) else size[0])


def _identify(weights: dict[str, Any], preprocessing: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(preprocessing, sort_keys=True, default=str).encode())
    for part in _serialise(weights):
        digest.update(part)
    return digest.hexdigest()


def _serialise(weights: dict[str, Any]) -> Iterator[bytes]:
    for name in sorted(weights):
        values = weights[name].contiguous().numpy()
        yield f"{name} {values.dtype} {values.shape}".encode()
        yield values.tobytes()
