"""The story's cast: enough authors, no series in two groups, the same every time."""

from pathlib import Path

import pytest

from creditline.attribution import pictures as decoding
from creditline.demo.pictures import SIDE, render, render_all, select
from creditline.errors import Misconfigured

OPENMOJI = Path("node_modules/openmoji")


@pytest.fixture(scope="module")
def cast():
    if not OPENMOJI.is_dir():
        pytest.skip("OpenMoji is not installed: run npm ci")
    return select(OPENMOJI)


def groups(cast):
    return cast.works, cast.outsiders, cast.strangers, cast.withheld


def test_the_cast_is_large_and_by_many(cast):
    assert len(cast.works) >= 520
    assert len({art.author for art in cast.works}) >= 40
    assert len(cast.outsiders) >= 20
    assert len({art.author for art in cast.outsiders}) >= 5
    assert len(cast.strangers) >= 30
    assert len(cast.withheld) >= 250


def test_nobody_plays_two_parts_and_no_series_is_split(cast):
    codes = [art.code for group in groups(cast) for art in group]
    assert len(codes) == len(set(codes))
    series = [art for group in groups(cast) for art in {art.series for art in group}]
    assert len(series) == len(set(series))


def test_every_picture_has_a_title_and_an_author(cast):
    assert all(art.title and art.author for group in groups(cast) for art in group)


def test_rendering_is_repeatable_and_says_how_far_it_is(cast):
    heard = []
    drawn = list(render_all(cast.works[:3], heard.append))
    assert heard == [1, 2, 3]
    assert [png for _art, png in drawn] == [render(art) for art in cast.works[:3]]
    assert decoding.decode(drawn[0][1]).pixels.shape == (SIDE, SIDE, 3)


def test_a_folder_without_openmoji_is_misconfigured(tmp_path):
    with pytest.raises(Misconfigured):
        select(tmp_path)
