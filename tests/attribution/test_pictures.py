"""One picture, one canonical form; everything else is refused with a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from creditline.attribution import pictures
from creditline.errors import NotAPicture, TooLarge
from tests.attribution.drawings import draw, encode


def save(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def declare(width, height):
    """A PNG whose header promises a size and whose data do not follow."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_lossless_encodings_of_the_same_pixels_have_one_pixel_hash():
    pixels = draw(3)
    png, webp = pictures.decode(encode(pixels)), pictures.decode(encode(pixels, "WEBP", lossless=True))
    assert np.array_equal(png.pixels, pixels)
    assert png.pixel_hash == webp.pixel_hash
    assert png.content_hash != webp.content_hash


def test_the_pixel_hash_knows_the_shape():
    wide, tall = np.zeros((8, 32, 3), np.uint8), np.zeros((32, 8, 3), np.uint8)
    assert pictures.decode(encode(wide)).pixel_hash != pictures.decode(encode(tall)).pixel_hash


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = draw(3)
    turned = pictures.decode(encode(pixels, exif=exif))
    assert np.array_equal(turned.pixels, np.rot90(pixels, -1))


def test_transparency_lies_on_white():
    rgba = np.zeros((16, 16, 4), np.uint8)
    rgba[:8] = (200, 0, 0, 128)
    picture = pictures.decode(encode(rgba))
    assert picture.pixels[0, 0].tolist() == [227, 127, 127]
    assert picture.pixels[15, 15].tolist() == [255, 255, 255]


def test_a_transparent_palette_lies_on_white():
    image = Image.new("P", (16, 16), 0)
    image.putpalette([10, 20, 30])
    assert pictures.decode(save(image, transparency=0)).pixels[0, 0].tolist() == [255, 255, 255]
    assert pictures.decode(save(image)).pixels[0, 0].tolist() == [10, 20, 30]


def test_sixteen_bit_grey_keeps_its_high_byte():
    grey = np.full((16, 16), 0xABCD, np.uint16)
    assert pictures.decode(save(Image.fromarray(grey))).pixels[0, 0].tolist() == [0xAB] * 3


@pytest.mark.parametrize("mode", ["L", "1", "CMYK"])
def test_other_colour_modes_become_rgb(mode):
    image = Image.new("RGB", (16, 16), "white").convert(mode)
    data = save(image, "JPEG" if mode == "CMYK" else "PNG")
    assert pictures.decode(data).pixels.tolist() == [[[255] * 3] * 16] * 16


def test_a_colour_profile_changes_nothing():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    with_profile = pictures.decode(encode(draw(3), icc_profile=profile))
    assert with_profile.pixel_hash == pictures.decode(encode(draw(3))).pixel_hash


@pytest.mark.parametrize(("width", "height"), [(6400, 6251), (20_001, 8), (2**31 - 1, 2**31 - 1)])
def test_a_header_above_the_limits_is_refused_before_decoding(width, height):
    with pytest.raises(TooLarge):
        pictures.decode(declare(width, height))


def test_the_largest_header_passes_and_its_missing_data_are_noticed():
    with pytest.raises(NotAPicture, match="damaged"):
        pictures.decode(declare(6400, 6250))


@pytest.mark.parametrize(("side", "accepted"), [(7, False), (8, True)])
def test_the_smallest_side(side, accepted):
    data = encode(np.zeros((side, 40, 3), np.uint8))
    if accepted:
        assert pictures.decode(data).height == side
    else:
        with pytest.raises(NotAPicture):
            pictures.decode(data)


def test_too_many_bytes():
    with pytest.raises(TooLarge):
        pictures.decode(b"\x89PNG\r\n\x1a\n" + bytes(pictures.BYTES_MAX))


def test_a_text_bomb_is_refused_or_ignored():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    plain = encode(draw(3))
    bomb = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    with pytest.raises(NotAPicture):
        pictures.decode(plain[:33] + bomb + plain[33:])


SEEDS = {kind: encode(draw(4, side=40), kind) for kind in ("PNG", "JPEG", "WEBP")}


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), max_size=8),
)
def test_any_damage_is_a_picture_or_an_error_of_ours(kind, changes):
    data = bytearray(SEEDS[kind])
    for place, byte in changes:
        data[place % len(data)] = byte
    try:
        picture = pictures.decode(bytes(data))
    except (NotAPicture, TooLarge):
        return
    assert picture.pixels.shape == (picture.height, picture.width, 3)
