import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from creditline import sum_tree
from creditline.errors import Invalid
from creditline.sum_tree import EMPTY, SumTree, opens

hashes = st.binary(min_size=32, max_size=32)
leaves = st.tuples(hashes, st.integers(0, 2**100)) | st.just(EMPTY)
rows = st.lists(leaves, min_size=1, max_size=40)


def written_out(row):
    """The top of a tree as the definition says it, hash and sum."""
    if len(row) == 1:
        return row[0]
    (left, left_sum), (right, right_sum) = (
        written_out(row[: len(row) // 2]),
        written_out(row[len(row) // 2 :]),
    )
    packed = b"\x01" + left + left_sum.to_bytes(16) + right + right_sum.to_bytes(16)
    return keccak(packed), left_sum + right_sum


@given(rows)
def test_a_tree_is_what_its_definition_says(row):
    tree = SumTree(row)
    padded = row + [EMPTY] * (2 ** (len(row) - 1).bit_length() - len(row))
    top, total = written_out(padded)
    assert tree.total == total
    assert tree.root == keccak(b"\x02" + len(row).to_bytes(8) + top)


@given(rows, st.data())
def test_every_leaf_opens_and_tells_what_stands_before_it(row, data):
    tree, index = SumTree(row), data.draw(st.integers(0, len(row) - 1))
    before = sum(amount for _, amount in row[:index])
    assert opens(tree.root, tree.total, len(row), *row[index], index, tree.proof(index)) == (True, before)
    assert tree.before(index) == before


@given(rows, st.data())
def test_a_leaf_opens_at_its_own_place_only(row, data):
    tree = SumTree(row)
    index, other = (data.draw(st.integers(0, len(row) - 1)) for _ in range(2))
    holds, _ = opens(tree.root, tree.total, len(row), *row[index], other, tree.proof(other))
    assert holds == (row[index] == row[other])


@given(rows, st.data(), st.integers(-(2**40), 2**40).filter(bool))
def test_no_other_amount_total_or_count_opens(row, data, off):
    tree, index = SumTree(row), data.draw(st.integers(0, len(row) - 1))
    (leaf, amount), proof = row[index], tree.proof(index)
    refused = (False, 0)
    # A tree of one leaf commits to its amount in the leaf's own hash.
    if len(row) > 1:
        assert opens(tree.root, tree.total + off, len(row), leaf, amount + off, index, proof) == refused
    assert opens(tree.root, tree.total, len(row), leaf, amount + off, index, proof) == refused
    assert opens(tree.root, tree.total + off, len(row), leaf, amount, index, proof) == refused
    assert opens(tree.root, tree.total, len(row) + off, leaf, amount, index, proof) == refused


@given(rows.filter(lambda row: len(row) > 1), st.data())
def test_no_changed_proof_opens(row, data):
    tree, index = SumTree(row), data.draw(st.integers(0, len(row) - 1))
    proof = bytearray(tree.proof(index))
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    for changed in (bytes(proof), tree.proof(index)[:-48], tree.proof(index) + bytes(48), b""):
        assert opens(tree.root, tree.total, len(row), *row[index], index, changed) == (False, 0)


def test_a_sum_cannot_be_carried_over_the_edge():
    """Siblings may state any sum: it must not wrap round to the total."""
    leaf, most = b"\x11" * 32, (2**128 - 1).to_bytes(16)
    top = keccak(b"\x01" + leaf + (2).to_bytes(16) + leaf + most)
    root = sum_tree.seal(top, 2)
    assert opens(root, 1, 2, leaf, 2, 0, leaf + most) == (False, 0)
    assert opens(root, 2**128 + 1, 2, leaf, 2, 0, leaf + most) == (False, 0)


def test_an_inner_node_is_no_leaf():
    row = [(sum_tree.leaf_hash(bytes([n])), n) for n in range(4)]
    tree = SumTree(row)
    inner = tree.proof(2)[48:]
    assert opens(tree.root, tree.total, 4, inner[:32], 1, 0, tree.proof(0)) == (False, 0)
    assert opens(tree.root, tree.total, 2, inner[:32], 1, 0, tree.proof(2)[48:]) == (False, 0)


def test_a_tree_of_nothing_is_one_empty_node_and_opens_nowhere():
    tree = SumTree([])
    assert (tree.count, tree.total) == (0, 0)
    assert tree.root == keccak(b"\x02" + bytes(8) + bytes(32))
    assert opens(tree.root, 0, 0, *EMPTY, 0, b"") == (False, 0)


def test_leaves_after_which_nothing_stands_are_not_the_padding():
    leaf = (sum_tree.leaf_hash(b"leaf"), 7)
    assert SumTree([leaf, leaf, leaf]).root != SumTree([leaf, leaf, leaf, EMPTY]).root


def test_limits_are_named(monkeypatch):
    with pytest.raises(Invalid, match="outside a tree of 1"):
        SumTree([EMPTY]).proof(1)
    with pytest.raises(Invalid, match="outside a tree of 1"):
        SumTree([EMPTY]).before(-1)
    with pytest.raises(Invalid, match="negative, or above 2\\*\\*128 together"):
        SumTree([(bytes(32), 2**127), (bytes(32), 2**127)])
    with pytest.raises(Invalid, match="negative, or above 2\\*\\*128 together"):
        SumTree([(bytes(32), -1)])
    monkeypatch.setattr(sum_tree, "LEAVES_MAX", 2)
    with pytest.raises(Invalid, match="at most 2 leaves, not 3"):
        SumTree([EMPTY] * 3)
