from itertools import islice, pairwise

import dag_cbor
import pytest
from aleph_cid import read_carv1_root
from hypothesis import given
from hypothesis import strategies as st
from multiformats import CID

from creditline.content import car, cid, dag, varint
from creditline.errors import Corrupt, Invalid, TooLarge
from tests.content import reference

DATA = reference.pattern(dag.CHUNK_BYTES * 2 + 7)
ROOT = cid.cid_of(DATA)
BLOCKS = tuple(dag.layout(DATA))
WHOLE = b"".join(car.write(ROOT, BLOCKS))


def header(document):
    spelled = dag_cbor.encode(document)
    return varint.encode(len(spelled)) + spelled


def section(name, block):
    return varint.encode(len(name) + len(block)) + name + block


def drain(data, limit=car.BYTES_MAX):
    return list(car.read([data], limit).blocks)


def test_what_is_written_is_read_back():
    found = car.read([WHOLE])
    assert found.root == ROOT
    assert tuple(found.blocks) == BLOCKS


def test_other_readers_read_it(tmp_path):
    path = tmp_path / "whole.car"
    path.write_bytes(WHOLE)
    assert read_carv1_root(path) == ROOT
    head = header({"roots": [CID.decode(ROOT)], "version": 1})
    assert WHOLE.startswith(head)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=8))
def test_the_pieces_in_which_it_arrives_do_not_matter(cuts):
    edges = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[a:b] for a, b in pairwise(edges)]
    assert tuple(car.read(pieces).blocks) == BLOCKS


def test_byte_by_byte_works_too():
    small = b"".join(car.write(cid.cid_of(b"hi"), [(cid.cid_of(b"hi"), b"hi")]))
    assert list(car.read(bytes([byte]) for byte in small).blocks) == [(cid.cid_of(b"hi"), b"hi")]


def test_old_cids_and_no_root_are_read():
    old = cid.binary(BLOCKS[-1][0])[2:]
    assert drain(header({"roots": [], "version": 1}) + section(old, BLOCKS[-1][1])) == [BLOCKS[-1]]
    root = header({"roots": [CID("base58btc", 0, "dag-pb", old)], "version": 1})
    assert car.read([root]).root == ROOT
    assert car.read([header({"roots": [], "version": 1})]).root is None


@pytest.mark.parametrize("cut", [1, 30, 59, 60, 61, 70, 100, len(WHOLE) - 1])
def test_a_file_cut_short_is_corrupt(cut):
    if cut == 59:
        assert drain(WHOLE[:cut]) == []  # the header alone is a CAR without blocks
        return
    with pytest.raises(Corrupt, match="ends"):
        drain(WHOLE[:cut])


@given(st.integers(60, len(WHOLE) - 1), st.integers(1, 255))
def test_one_changed_byte_is_found(position, change):
    broken = bytearray(WHOLE)
    broken[position] ^= change
    with pytest.raises((Corrupt, Invalid, TooLarge)):
        assert drain(bytes(broken)) != list(BLOCKS)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x00",
        varint.encode(car.HEADER_BYTES_MAX + 1) + bytes(2000),
        b"<html>" * 20,
        header({"roots": [], "version": 2}),
        header({"roots": [CID.decode(ROOT), CID.decode(ROOT)], "version": 1}),
        header({"version": 1}),
        header({"roots": [CID("base32", 1, "dag-cbor", ("sha2-256", bytes(32)))], "version": 1}),
    ],
)
def test_other_headers_are_refused(start):
    with pytest.raises(Invalid):
        car.read([start])


@pytest.mark.parametrize("name", [b"", b"\x01\x71\x12\x20" + bytes(32), b"\x01\x55\x00\x02hi", bytes(36)])
def test_blocks_of_other_kinds_are_refused(name):
    with pytest.raises(Invalid):
        drain(header({"roots": [], "version": 1}) + section(name, b""))


def test_limits_hold_from_both_sides():
    assert len(drain(WHOLE, len(WHOLE))) == len(BLOCKS)
    with pytest.raises(TooLarge):
        drain(WHOLE, len(WHOLE) - 1)
    block = bytes(dag.BLOCK_BYTES_MAX)
    start = header({"roots": [], "version": 1})
    assert len(drain(start + section(cid.binary(reference.cid("raw", block)), block))) == 1
    with pytest.raises(TooLarge, match="block"):
        drain(start + section(cid.binary(reference.cid("raw", block + b"!")), block + b"!"))


def test_an_endless_file_of_tiny_blocks_is_refused():
    tiny = section(cid.binary(cid.cid_of(b"")), b"")

    def endless():
        yield header({"roots": [], "version": 1})
        while True:
            yield tiny * 1000

    blocks = car.read(endless()).blocks
    assert sum(1 for _ in islice(blocks, car.BLOCKS_MAX)) == car.BLOCKS_MAX
    with pytest.raises(TooLarge, match="more than"):
        next(blocks)
