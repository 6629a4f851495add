import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.content import cid, node, varint
from creditline.errors import Invalid
from tests.content import reference

LEAF = cid.raw_cid(bytes(32))


def field(number, value):
    if isinstance(value, int):
        return bytes([number << 3]) + varint.encode(value)
    return bytes([number << 3 | 2]) + varint.encode(len(value)) + value


LINK = field(2, field(1, cid.binary(LEAF)) + field(2, b"") + field(3, 5))
FILE = field(1, 2) + field(3, 5) + field(4, 5)


def test_what_is_written_is_read_back():
    links = (node.Link(LEAF, 5, 5), node.Link(cid.dag_pb_cid(bytes(32)), 2**40, 2**41))
    assert node.decode(node.encode(links)) == node.Node(b"", links, 2**40 + 5)


def test_the_hand_made_block_is_the_written_one():
    assert LINK + field(1, FILE) == node.encode([node.Link(LEAF, 5, 5)])


def test_packed_sizes_modes_and_times_are_read():
    unixfs = field(1, 2) + field(3, 5) + field(4, b"\x05") + field(7, 0o644) + field(8, b"\x08\x01")
    assert node.decode(LINK + field(1, unixfs)).links == (node.Link(LEAF, 5, 5),)


def test_an_old_leaf_holds_its_bytes():
    for kind in node.FILE_TYPES:
        block = field(1, field(1, kind) + field(2, b"hello") + field(3, 5))
        assert node.decode(block) == node.Node(b"hello", (), 5)


def test_a_folder_is_no_file():
    with pytest.raises(Invalid, match="folder"):
        node.decode(reference.directory())


@pytest.mark.parametrize(
    "block",
    [
        b"",
        LINK,
        field(1, FILE),  # a size without its link
        LINK + field(1, field(1, 2) + field(3, 6) + field(4, 5)),  # sizes do not add up
        LINK + field(1, field(1, 2) + field(3, 5)),  # a link without its size
        LINK + field(1, FILE) + field(1, FILE),
        LINK + field(1, FILE) + field(3, b""),
        LINK + field(1, FILE + field(5, 1)),
        LINK + field(1, FILE + field(1, 2)),
        LINK + field(1, FILE + field(9, b"")),
        LINK + field(1, field(1, 2) + field(2, 5) + field(3, 5) + field(4, 5)),
        LINK + field(1, field(1, 2) + field(3, b"") + field(4, 5)),
        LINK + field(1, b"\x0d1234"),
        LINK + field(1, FILE)[:-1],
        field(2, field(1, cid.binary(LEAF)) + field(2, b"name") + field(3, 5)) + field(1, FILE),
        field(2, field(1, b"\x01\x71\x12\x20" + bytes(32))) + field(1, FILE),
        field(2, field(2, b"")) + field(1, FILE),
        field(2, field(1, cid.binary(LEAF)) + field(3, b"")) + field(1, FILE),
        field(2, 7) + field(1, FILE),
    ],
)
def test_malformed_nodes_are_refused(block):
    with pytest.raises(Invalid):
        node.decode(block)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(block):
    try:
        part = node.decode(block)
    except Invalid:
        return
    assert part.file_bytes == len(part.data) + sum(link.file_bytes for link in part.links)
