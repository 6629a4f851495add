import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline import merkle
from creditline.errors import Invalid

hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


@given(hashes, st.data())
def test_every_leaf_has_a_proof(leaves: list[bytes], data: st.DataObject) -> None:
    tree = merkle.Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert merkle.verify(tree.root, leaves[index], index, len(leaves), tree.proof(index))


@given(hashes, st.data())
def test_a_proof_holds_at_one_position_only(leaves: list[bytes], data: st.DataObject) -> None:
    tree = merkle.Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves) - 1))
    holds = merkle.verify(tree.root, leaves[index], other, len(leaves), tree.proof(other))
    assert holds == (leaves[index] == leaves[other])


def test_a_proof_of_another_length_is_refused() -> None:
    tree = merkle.Tree([bytes([n]) * 32 for n in range(5)])
    proof = tree.proof(3)
    assert not merkle.verify(tree.root, bytes([3]) * 32, 3, 5, proof[:-1])
    assert not merkle.verify(tree.root, bytes([3]) * 32, 3, 5, [*proof, bytes(32)])
    assert not merkle.verify(tree.root, bytes([3]) * 32, 5, 5, proof)


def test_an_inner_node_is_no_leaf() -> None:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(4)]
    tree = merkle.Tree(leaves)
    inner = merkle.parent(leaves[0], leaves[1])
    assert not merkle.verify(tree.root, merkle.leaf_hash(leaves[0] + leaves[1]), 0, 2, tree.proof(0)[1:])
    assert inner != merkle.leaf_hash(leaves[0] + leaves[1])


def test_limits_are_named() -> None:
    with pytest.raises(Invalid, match="1 to 1048576 leaves"):
        merkle.Tree([])
    with pytest.raises(Invalid, match="outside a tree of 1"):
        merkle.Tree([bytes(32)]).proof(1)
