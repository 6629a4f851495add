"""The decoder's promises hold whatever a picture does to its child."""

import threading

import numpy as np
import pytest

from creditline.attribution import pictures
from creditline.attribution.decoder import Decoder
from creditline.errors import Busy, NotAPicture, TooLarge
from tests.attribution.drawings import draw, encode, png


@pytest.fixture(scope="module")
def decoder():
    one = Decoder(children=1)
    yield one
    one.close()


def test_it_decodes_as_the_function_does(decoder):
    data = png(5)
    ours, direct = decoder.decode(data), pictures.decode(data)
    assert np.array_equal(ours.pixels, direct.pixels)
    assert (ours.content_hash, ours.pixel_hash, ours.media_type) == (
        direct.content_hash,
        direct.pixel_hash,
        direct.media_type,
    )


def test_refusals_arrive(decoder):
    with pytest.raises(NotAPicture, match="neither PNG"):
        decoder.decode(b"GIF89a")
    with pytest.raises(TooLarge):
        decoder.decode(bytes(pictures.BYTES_MAX + 1))


def test_a_picture_that_needs_more_memory_than_allowed_is_too_large():
    tight = Decoder(children=1, memory_bytes=420 << 20)
    large = encode(np.zeros((6000, 6000, 3), np.uint8))
    with pytest.raises((TooLarge, NotAPicture)):
        tight.decode(large)
    assert tight.decode(png(5)).width == 480
    tight.close()


def test_the_largest_picture_fits_into_the_default_memory():
    patient = Decoder(children=1, seconds=60)
    noisy = np.zeros((6250, 6400, 4), np.uint8)
    noisy[::7] = 99
    assert patient.decode(encode(noisy, compress_level=1)).pixels.shape == (6250, 6400, 3)
    patient.close()


def test_a_picture_that_takes_too_long_is_too_large():
    hasty = Decoder(children=1, seconds=0.001)
    with pytest.raises(TooLarge, match="longer than"):
        hasty.decode(png(5))
    hasty.close()


def test_a_picture_that_crashes_its_decoder_is_no_picture():
    crashing = Decoder(children=1, module="tests.attribution.misbehaving_child")
    with pytest.raises(NotAPicture, match="made its decoder stop"):
        crashing.decode(png(5))
    crashing.close()


def test_a_full_queue_says_busy_at_once(decoder):
    full = Decoder(children=1, waiting_max=0)
    large = encode(np.zeros((5000, 5000, 3), np.uint8))
    outcomes = []
    gate = threading.Barrier(3)

    def decode():
        gate.wait()
        try:
            outcomes.append(full.decode(large).width)
        except Busy as busy:
            outcomes.append(busy.slug)

    threads = [threading.Thread(target=decode) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["5000", "busy", "busy"]
    assert full.decode(encode(draw(5))).width == 480
    full.close()
