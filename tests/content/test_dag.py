import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.content import cid, dag, node
from creditline.errors import Invalid, Missing, TooLarge
from tests.content import reference
from tests.content.test_node import field


class Shelf(dict):
    """Blocks in memory that count how often they are asked for."""

    fetched = 0

    def fetch(self, name):
        self.fetched += 1
        if name not in self:
            raise Missing(f"{name} is not here.", "Look elsewhere.")
        return self[name]

    def add(self, block, codec=cid.dag_pb_cid):
        name = codec(hashlib.sha256(block).digest())
        self[name] = block
        return name


def test_blocks_equal_those_of_ipfs():
    for size in (0, 1, dag.CHUNK_BYTES, dag.CHUNK_BYTES + 1, 3_000_000, dag.CHUNK_BYTES * dag.LINKS_MAX + 1):
        data = reference.pattern(size)
        root, blocks = reference.file_blocks(data)
        ours = list(dag.layout(data))
        assert dict(ours) == blocks
        assert ours[-1][0] == root


@given(st.binary(max_size=40), st.integers(0, 9))
def test_a_file_comes_back_whole(piece, repeats):
    data = piece + bytes(dag.CHUNK_BYTES - 5) * (repeats > 8) + piece
    shelf = Shelf(dag.layout(data))
    assert dag.read(shelf.fetch, cid.cid_of(data)) == data


def test_equal_chunks_are_one_block_and_still_come_back():
    data = bytes(dag.CHUNK_BYTES * 10)
    shelf = Shelf(dag.layout(data))
    root = cid.cid_of(data)
    assert len(shelf) == 2
    assert dag.read(shelf.fetch, root) == data
    assert [name for name, _ in dag.blocks(shelf.fetch, root)] == [root, next(dag.layout(data))[0]]


def test_blocks_come_parents_first_and_left_to_right():
    data = reference.pattern(dag.CHUNK_BYTES * 3)
    written = list(dag.layout(data))
    assert list(dag.blocks(Shelf(written).fetch, cid.cid_of(data))) == [written[-1], *written[:-1]]


def test_old_files_with_wrapped_leaves_are_read():
    shelf = Shelf()
    leaves = [shelf.add(field(1, field(1, 2) + field(2, part) + field(3, 3))) for part in (b"abc", b"def")]
    root = shelf.add(node.encode([node.Link(leaf, 3, 11) for leaf in leaves]))
    assert dag.read(shelf.fetch, root) == b"abcdef"


@pytest.mark.parametrize("size", [10, dag.CHUNK_BYTES + 1])
def test_the_limit_is_tested_from_both_sides(size):
    data = reference.pattern(size)
    shelf, root = Shelf(dag.layout(data)), cid.cid_of(data)
    assert dag.read(shelf.fetch, root, size) == data
    shelf.fetched = 0
    with pytest.raises(TooLarge):
        dag.read(shelf.fetch, root, size - 1)
    assert shelf.fetched == 1


def test_a_broken_promise_about_a_size_is_refused():
    shelf = Shelf()
    leaf = shelf.add(b"four", cid.raw_cid)
    root = shelf.add(node.encode([node.Link(leaf, 3, 4)]))
    with pytest.raises(Invalid, match="promised"):
        dag.read(shelf.fetch, root)


def tower(shelf, bottom, height, width=1):
    name, size = bottom, 0
    for _ in range(height):
        name = shelf.add(node.encode([node.Link(name, size, 0)] * width))
    return name


def test_a_tree_has_a_deepest_level():
    shelf = Shelf()
    empty = shelf.add(b"", cid.raw_cid)
    assert dag.read(shelf.fetch, tower(shelf, empty, dag.DEPTH_MAX)) == b""
    with pytest.raises(Invalid, match="deeper"):
        dag.read(shelf.fetch, tower(shelf, empty, dag.DEPTH_MAX + 1))


def test_a_small_tree_that_unfolds_to_billions_of_empty_blocks_is_refused():
    shelf = Shelf()
    bomb = tower(shelf, shelf.add(b"", cid.raw_cid), 5, width=100)
    with pytest.raises(Invalid, match="more blocks"):
        dag.read(shelf.fetch, bomb, 1000)
    assert shelf.fetched <= dag.OVERHEAD_BYTES_MIN / dag.VISIT_BYTES + 10
    # Listed once each, the same tree is small.
    assert len(list(dag.blocks(shelf.fetch, bomb))) == 6


def test_a_digest_names_small_and_large_files():
    for size in (0, 100, dag.CHUNK_BYTES, dag.CHUNK_BYTES + 1):
        data = reference.pattern(size)
        digest = cid.digest_of(cid.cid_of(data))
        # Stores differ in whether they answer for another codec of the same digest.
        exact = Shelf(dag.layout(data))
        both = Shelf((cid.raw_cid(cid.digest_of(name)), block) for name, block in dag.layout(data))
        assert dag.root_of(exact.fetch, digest) == dag.root_of(both.fetch, digest)
        assert dag.root_of(both.fetch, digest)[0] == cid.cid_of(data)


def test_an_unknown_digest_is_missing():
    with pytest.raises(Missing):
        dag.root_of(Shelf().fetch, bytes(32))


def test_complete_means_every_leaf():
    data = reference.pattern(dag.CHUNK_BYTES * 2)
    shelf, root = Shelf(dag.layout(data)), cid.cid_of(data)
    assert dag.complete(shelf.fetch, shelf.__contains__, root)
    assert shelf.fetched == 1
    leaf = next(dag.layout(data))[0]
    del shelf[leaf]
    assert not dag.complete(shelf.fetch, shelf.__contains__, root)
    assert leaf in dag.inventory(shelf.fetch, root)
    del shelf[root]
    assert dag.inventory(shelf.fetch, root) == [root]
    assert dag.complete(shelf.fetch, lambda _: False, root) is False
