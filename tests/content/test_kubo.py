import json

import httpx2
import pytest

from creditline.content import cid, dag
from creditline.content.embedded import EmbeddedStore
from creditline.content.kubo import ATTEMPTS, KuboStore
from creditline.errors import Corrupt, Invalid, Misconfigured, Missing, TooLarge, Unavailable
from tests.content import reference
from tests.content.local_server import serving

LARGE = reference.pattern(dag.CHUNK_BYTES * 2 + 9)
SMALL = b"a small document"


@pytest.mark.parametrize("is_javascript", [False, True])
@pytest.mark.parametrize("data", [b"", SMALL, LARGE])
def test_it_holds_what_the_embedded_store_holds(kubo, node, store, data, is_javascript):
    node.is_javascript = is_javascript
    name = kubo.put(data)
    assert name == store.put(data)
    assert kubo.get(name) == data
    assert kubo.resolve(cid.digest_of(name)) == data
    assert list(kubo.blocks(name)) == list(store.blocks(name))
    assert kubo.has(name)
    kubo.pin(name)


def test_blocks_can_be_copied_over_and_pinned(kubo, store):
    name = store.put(LARGE)
    for each, block in store.blocks(name):
        kubo.put_block(each, block)
    kubo.pin(name)
    assert kubo.get(name) == LARGE


def test_what_is_not_there_is_missing(kubo):
    name = cid.cid_of(b"never put")
    assert not kubo.has(name)
    with pytest.raises(Missing):
        kubo.get(name)
    with pytest.raises(Missing):
        kubo.pin(name)
    with pytest.raises(Invalid):
        kubo.block("block")


def test_forgetting_spares_what_others_share(kubo, node):
    other = LARGE[: dag.CHUNK_BYTES] + b"another end"
    first, second = kubo.put(LARGE), kubo.put(other)
    kubo.forget(first)
    kubo.forget(first)
    assert not kubo.has(first)
    assert kubo.get(second) == other
    kubo.forget(second)
    assert node.blocks == {}


@pytest.mark.parametrize(
    ("lie", "error"), [("bytes", Corrupt), ("endless", TooLarge), ("locked", Misconfigured)]
)
@pytest.mark.parametrize("data", [SMALL, LARGE])
def test_lies_about_bytes_are_found(kubo, node, data, lie, error):
    name = kubo.put(data)
    node.lie = lie
    with pytest.raises(error):
        kubo.get(name)


def test_lies_about_names_are_found(kubo, node):
    node.lie = "name"
    with pytest.raises(Corrupt, match="another name"):
        kubo.put(SMALL)
    with pytest.raises(Corrupt, match="another name"):
        kubo.put_block(cid.cid_of(SMALL), SMALL)


def test_we_do_not_lie_either(kubo, node):
    with pytest.raises(Corrupt):
        kubo.put_block(cid.cid_of(SMALL), b"other")
    assert node.calls == []


def test_limits_are_ours_before_they_are_its(kubo, node, monkeypatch):
    block = bytes(dag.BLOCK_BYTES_MAX + 1)
    with pytest.raises(TooLarge):
        kubo.put_block(reference.cid("raw", block), block)
    monkeypatch.setattr(dag, "FILE_BYTES_MAX", 10)
    with pytest.raises(TooLarge):
        kubo.put(bytes(11))
    assert node.calls == []


def test_health_names_the_version(kubo, node):
    assert "0.36.0" in kubo.health()
    node.lie = "no json"
    with pytest.raises(Unavailable, match="without sense"):
        kubo.health()


def test_an_answer_of_another_service_is_no_version():
    other = KuboStore("http://node", transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={})))
    with pytest.raises(Unavailable, match="without sense"):
        other.health()


def test_a_refused_connection_is_tried_again_until_the_node_is_up(node):
    with serving(node.handler()) as url:
        pass  # now nobody listens at this address
    started = []

    def start_it(_):
        context = serving(node.handler(), port=int(url.rpartition(":")[2]))
        context.__enter__()
        started.append(context)

    kubo = KuboStore(url, pause=start_it)
    try:
        assert kubo.put(SMALL) == cid.cid_of(SMALL)
    finally:
        kubo.close()
        for context in started:
            context.__exit__(None, None, None)
    assert len(started) == 1


def failing(kind, seen):
    def answer(request):
        seen.append(request.url.path)
        raise kind("no")

    return httpx2.MockTransport(answer)


@pytest.mark.parametrize(
    ("kind", "tries"),
    [
        (httpx2.ConnectError, ATTEMPTS),
        (httpx2.ConnectTimeout, ATTEMPTS),
        (httpx2.ReadTimeout, 1),
        (httpx2.ReadError, 1),
    ],
)
def test_only_connecting_is_repeated(kind, tries):
    seen, pauses = [], []
    kubo = KuboStore("http://node", transport=failing(kind, seen), pause=pauses.append)
    with pytest.raises(Unavailable, match=kind.__name__):
        kubo.put(SMALL)
    assert len(seen) == tries
    assert pauses == sorted(pauses)
    assert len(pauses) == tries - 1


@pytest.mark.parametrize(
    "url",
    ["", "ipfs://node", "http://", "localhost:5001", "http://node?x=1", "http://node:port", "http://n#f"],
)
def test_an_address_has_to_be_one(url):
    with pytest.raises(Misconfigured):
        KuboStore(url)


def test_a_password_is_sent_and_never_shown():
    seen = []

    def answer(request):
        seen.append(request.headers["Authorization"])
        return httpx2.Response(500, json={"Message": "context deadline exceeded"})

    kubo = KuboStore("http://user:secret@node:5001", transport=httpx2.MockTransport(answer))
    with pytest.raises(Unavailable, match="deadline") as caught:
        kubo.block(cid.cid_of(SMALL))
    assert seen[0].startswith("Basic ")
    assert "secret" not in json.dumps([caught.value.what, caught.value.next_step])


def test_both_stores_name_the_same_things(tmp_path):
    assert {name for name in dir(KuboStore) if not name.startswith("_")} - {"close"} == {
        name for name in dir(EmbeddedStore(tmp_path)) if not name.startswith("_")
    }
