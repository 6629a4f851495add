import pytest

from creditline.content import cid, dag
from creditline.content.embedded import EmbeddedStore
from creditline.content.layered import LayeredStore
from creditline.errors import Corrupt, Missing, Unavailable
from tests.content import reference

LARGE = reference.pattern(dag.CHUNK_BYTES * 2 + 9)
SMALL = b"a small document"


@pytest.fixture
def near(tmp_path):
    return EmbeddedStore(tmp_path / "near")


@pytest.fixture
def layered(near, gateway):
    return LayeredStore(near, gateway)


@pytest.mark.parametrize("data", [SMALL, LARGE])
def test_what_is_far_is_fetched_once_and_kept(layered, near, store, liar, data):
    name = store.put(data)
    assert not layered.has(name)
    assert layered.get(name) == data
    assert len(liar.requests) == 1
    assert layered.has(name)
    assert near.get(name) == layered.get(name) == data
    assert layered.resolve(cid.digest_of(name)) == data
    assert list(layered.blocks(name)) == list(near.blocks(name))
    assert len(liar.requests) == 1


def test_writes_stay_near(layered, near, store):
    name = layered.put(LARGE)
    assert near.get(name) == LARGE
    assert not store.has(name)
    layered.put_block(cid.cid_of(SMALL), SMALL)
    assert near.get(cid.cid_of(SMALL)) == SMALL
    layered.forget(name)
    assert not near.has(name)
    assert "embedded" in layered.health()


def test_pinning_fetches_everything_first(layered, near, store):
    name = store.put(LARGE)
    layered.pin(name)
    assert near.get(name) == LARGE
    near.pin(name)


@pytest.mark.parametrize("data", [SMALL, LARGE])
def test_a_broken_block_is_replaced_from_afar(layered, near, store, data):
    name = store.put(data)
    near.put(data)
    near._path(next(dag.layout(data))[0]).write_bytes(b"broken")
    assert layered.get(name) == data
    assert near.get(name) == data


def test_a_broken_block_is_reported_if_nobody_has_it(layered, near, liar, honest):
    name = near.put(SMALL)
    near._path(name).write_bytes(b"broken")
    with pytest.raises(Corrupt, match="content folder"):
        layered.get(name)
    liar.lie = honest.lie = "broken"
    with pytest.raises(Corrupt, match="content folder"):
        layered.block(name)


def test_what_nobody_has_is_missing_and_what_nobody_answers_is_unavailable(layered, liar, honest):
    for name in (cid.cid_of(SMALL), cid.cid_of(LARGE)):
        liar.lie = honest.lie = ""
        with pytest.raises(Missing):
            layered.get(name)
        liar.lie = honest.lie = "broken"
        with pytest.raises(Unavailable):
            layered.get(name)
