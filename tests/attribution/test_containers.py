"""Files are judged by their structure before anything decodes them."""

import struct
import zlib

import pytest

from creditline.attribution import containers
from creditline.errors import NotAPicture
from tests.attribution.drawings import draw, encode

KINDS = {"PNG": containers.PNG, "JPEG": containers.JPEG, "WEBP": containers.WEBP}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def test_formats_are_known_by_content(kind):
    assert containers.inspect(encode(draw(1), kind)) == KINDS[kind]


def test_progressive_jpeg_has_several_scans_and_one_end():
    assert containers.inspect(encode(draw(1), "JPEG", progressive=True)) == containers.JPEG


@pytest.mark.parametrize("tail", [b"<html>", b"PK\x03\x04", b"\x00"])
def test_bytes_behind_the_picture_are_refused(kind, tail):
    with pytest.raises(NotAPicture, match="goes on"):
        containers.inspect(encode(draw(1), kind) + tail)


@pytest.mark.parametrize("part", [0.2, 0.9, 0.999])
def test_a_truncated_file_is_refused(kind, part):
    data = encode(draw(1), kind)
    with pytest.raises(NotAPicture, match="ends before"):
        containers.inspect(data[: int(len(data) * part)])


def test_an_animated_png_is_refused():
    frames = [draw(1), draw(2)]
    from PIL import Image

    extra = [Image.fromarray(frames[1])]
    with pytest.raises(NotAPicture, match="animation"):
        containers.inspect(encode(frames[0], "PNG", save_all=True, append_images=extra))
    with pytest.raises(NotAPicture, match="animation"):
        containers.inspect(encode(frames[0], "WEBP", save_all=True, append_images=extra))


def test_a_png_of_chunks_alone_ends():
    chunk = struct.pack(">I", 0) + b"aaAA" + struct.pack(">I", zlib.crc32(b"aaAA"))
    with pytest.raises(NotAPicture, match="chunks"):
        containers.inspect(b"\x89PNG\r\n\x1a\n" + chunk * 100_001)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"GIF89a",
        b"<svg/>",
        b"%PDF-1.7",
    ],
)
def test_anything_else_is_no_picture(data):
    with pytest.raises(NotAPicture):
        containers.inspect(data)
