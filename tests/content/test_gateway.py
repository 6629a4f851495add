from contextlib import closing

import httpx2
import pytest

from creditline.content import car, cid, dag, download
from creditline.content.gateway import GATEWAYS_MAX, Gateway
from creditline.errors import Corrupt, Invalid, Misconfigured, Missing, TooLarge, Unavailable
from tests.content import reference
from tests.content.local_server import serving

LARGE = reference.pattern(dag.CHUNK_BYTES * 2 + 9)
SMALL = b"a small document"
LIES = ["bytes", "endless", "cut", "junk", "redirect", "broken", "packed"]


@pytest.mark.parametrize("data", [b"", SMALL, LARGE])
def test_an_auditor_reads_with_a_gateway_alone(gateway, store, honest, data):
    name = store.put(data)
    assert gateway.get(name) == data
    assert gateway.resolve(cid.digest_of(name)) == data
    assert gateway.has(name)
    assert list(gateway.blocks(name)) == list(store.blocks(name))
    assert honest.requests == []


def test_a_large_file_takes_one_request(gateway, store, liar):
    gateway.get(store.put(LARGE))
    assert len(liar.requests) == 1


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("data", [SMALL, LARGE])
def test_a_gateway_that_lies_is_passed_over_now_and_later(gateway, store, liar, honest, data, lie):
    liar.lie = lie
    name = store.put(data)
    assert gateway.get(name) == data
    asked = len(liar.requests)
    assert asked <= 2
    assert gateway.get(name) == data
    assert len(liar.requests) == asked
    assert honest.requests


@pytest.mark.parametrize(
    ("lie", "error"),
    [
        ("bytes", Corrupt),
        ("endless", TooLarge),
        ("cut", Corrupt),
        ("junk", Corrupt),
        ("redirect", Unavailable),
        ("broken", Unavailable),
        ("packed", Unavailable),
    ],
)
@pytest.mark.parametrize("data", [SMALL, LARGE])
def test_if_all_lie_the_gravest_lie_is_told(store, liar, data, lie, error):
    liar.lie = lie
    name = store.put(data)
    with serving(liar.handler()) as url:
        gateway = Gateway([url, url + "/"])
        with pytest.raises(error, match=url) as caught:
            gateway.get(name)
        gateway.close()
    assert caught.value.what.count(url) == 2 or lie in ("endless", "packed")


def test_a_gateway_without_car_still_gives_blocks(gateway, store, liar, honest):
    liar.lie = honest.lie = "no car"
    name = store.put(LARGE)
    assert gateway.get(name) == LARGE
    assert list(gateway.blocks(name)) == list(store.blocks(name))


def test_missing_everywhere_is_missing_and_does_not_demote(gateway, store, liar):
    name = cid.cid_of(b"never put")
    assert not gateway.has(name)
    for each in (name, cid.cid_of(LARGE)):
        with pytest.raises(Missing, match=each):
            gateway.get(each)
    asked = len(liar.requests)
    gateway.get(store.put(SMALL))
    assert len(liar.requests) == asked + 1


def test_the_limit_stops_a_large_file_after_its_root(gateway, store):
    name = store.put(LARGE)
    assert gateway.get(name, len(LARGE)) == LARGE
    with pytest.raises(TooLarge, match="limit"):
        gateway.get(name, len(LARGE) - 1)


def test_a_bad_cid_asks_nobody(gateway, liar):
    with pytest.raises(Invalid):
        gateway.get("../api/v0/shutdown")
    assert liar.requests == []


def test_health_needs_one_gateway(gateway, liar, honest):
    liar.lie = "broken"
    assert "gateway http" in gateway.health()
    honest.lie = "broken"
    with pytest.raises(Unavailable):
        gateway.health()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def dripping(clock, seconds):
    def drip():
        while True:
            clock.now += seconds
            yield b"x"

    return httpx2.MockTransport(lambda _: httpx2.Response(200, content=drip()))


def test_a_gateway_that_drips_is_given_up():
    clock = Clock()
    gateway = Gateway(["http://slow"], transport=dripping(clock, 9), clock=clock)
    with pytest.raises(Unavailable, match="slow"):
        gateway.block(cid.cid_of(SMALL))
    assert clock.now <= download.GRACE_SECONDS + 18


def test_a_slow_line_that_keeps_moving_is_not():
    clock, block = Clock(), reference.pattern(download.BYTES_PER_SECOND_MIN * 40)

    def steadily():
        for start in range(0, len(block), download.BYTES_PER_SECOND_MIN):
            clock.now += 1.4
            yield block[start : start + download.BYTES_PER_SECOND_MIN]

    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=steadily()))
    gateway = Gateway(["http://steady"], transport=transport, clock=clock)
    assert gateway.block(reference.cid("raw", block)) == block
    assert clock.now > download.GRACE_SECONDS


@pytest.mark.parametrize("kind", [httpx2.ReadTimeout, httpx2.ConnectError, httpx2.RemoteProtocolError])
def test_a_gateway_that_hangs_up_or_stalls_is_passed_over(kind):
    def answer(request):
        if request.url.host == "dead":
            raise kind("no")
        return httpx2.Response(200, content=SMALL)

    gateway = Gateway(["http://dead", "http://alive"], transport=httpx2.MockTransport(answer))
    assert gateway.block(cid.cid_of(SMALL)) == SMALL
    alone = Gateway(["http://dead"], transport=httpx2.MockTransport(answer))
    with pytest.raises(Unavailable, match=kind.__name__):
        alone.block(cid.cid_of(SMALL))


def test_what_came_before_a_lie_in_a_car_is_not_fetched_again():
    root, blocks = reference.file_blocks(LARGE)
    start = list(dag.blocks(blocks.__getitem__, root))[:2]
    asked = []

    def answer(request):
        asked.append(str(request.url))
        if request.url.query == b"format=car":
            return httpx2.Response(200, content=b"".join(car.write(root, start)) + b"\x05")
        return httpx2.Response(200, content=blocks[request.url.path.removeprefix("/ipfs/")])

    gateway = Gateway(["http://half"], transport=httpx2.MockTransport(answer))
    assert gateway.get(root) == LARGE
    assert len(asked) == 1 + len(blocks) - len(start)


@pytest.mark.parametrize("urls", [[], ["file:///etc/passwd"], ["http://a"] * (GATEWAYS_MAX + 1)])
def test_gateways_have_to_be_set(urls):
    with pytest.raises(Misconfigured):
        Gateway(urls)


def test_f26_a_gateway_that_asks_for_patience_gets_it(store, honest):
    name, waits = store.put(SMALL), []
    honest.patience = ["3", "1"]
    with serving(honest.handler()) as url, closing(Gateway([url], sleep=waits.append)) as gateway:
        assert gateway.get(name) == SMALL
    assert waits == [3, 1]


def test_f26_a_gateway_that_asks_for_too_much_patience_is_passed_over(store, honest, liar):
    name, waits = store.put(SMALL), []
    liar.patience = ["3600"]
    with (
        serving(liar.handler()) as slow,
        serving(honest.handler()) as fast,
        closing(Gateway([slow, fast], sleep=waits.append)) as gateway,
    ):
        assert gateway.get(name) == SMALL
    assert waits == []
