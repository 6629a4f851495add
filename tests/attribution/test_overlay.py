"""The overlay marks the paid part of a picture and pales the rest."""

import numpy as np

from creditline.attribution import pictures, report
from creditline.attribution.overlay import draw_overlay, draw_thumbnail
from tests.attribution.drawings import draw, encode
from tests.attribution.test_report import example


def overlay(support):
    document = example()
    document["works"] = [
        document["works"][0]
        | {
            "support": support,
            "share": 500_000,
            "regions": [{"query": [0, 0, 240, 480], "work": [0, 0, 9, 9]}],
        }
    ]
    document["unattributed"] = 500_000
    document["picture"] |= {"width": 480, "height": 480}
    return pictures.decode(
        draw_overlay(pictures.decode(encode(draw(1))), report.read(document))
    ).pixels.astype(int)


def test_the_supported_half_keeps_its_colours_and_the_other_pales():
    shown = overlay(([1000] * 8 + [0] * 8) * 16)
    plain = pictures.decode(
        draw_overlay(
            pictures.decode(encode(draw(1))),
            report.read(example() | {"works": [], "unattributed": 1_000_000}),
        )
    ).pixels.astype(int)
    assert shown.shape == (768, 768, 3)
    assert np.abs(shown[:, 500:] - plain[:, 500:]).mean() < 1
    assert plain[:, :300].mean() > shown[:, :300].mean() + 10


def test_the_largest_share_is_lettered_on_its_region():
    assert (overlay([1000] * 256) == [0, 114, 178]).all(axis=2).sum() > 200


def test_a_thumbnail_shrinks_and_never_enlarges():
    picture = pictures.decode(encode(draw(1)[:240]))
    assert pictures.decode(draw_thumbnail(picture, 96)).pixels.shape == (48, 96, 3)
    assert np.array_equal(pictures.decode(draw_thumbnail(picture, 960)).pixels, picture.pixels)
