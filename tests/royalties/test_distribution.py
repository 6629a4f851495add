import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Insufficient, Invalid
from creditline.royalties.distribution import Member, distribute, divide, gather, output_hash, unwritten
from creditline.royalties.receipt import WORKS_MAX, pack_shares
from tests.chain.scene import hash_of, person

POOL, MODEL, SET, OTHER = (hash_of(name) for name in ("pool", "model", "set", "other set"))
COUNTS = st.lists(st.integers(1, 2**20), min_size=1, max_size=40)


def members(counts):
    return [Member(f"0x{i:040x}", f"0x{i + 1:064x}", SET, i, works) for i, works in enumerate(counts)]


LOW, MID, HIGH = (f"0x{n:064x}" for n in (1, 2, 3))
AIKO, BEN = person("aiko").address, person("ben").address
WORKS = [(AIKO, HIGH, SET, 0), (BEN, MID, SET, 1), (AIKO, LOW, SET, 2), (AIKO, HIGH, OTHER, 0)]


def test_a_creator_counts_with_the_number_of_its_works_and_the_lowest_stands_for_all():
    found = gather(WORKS, {LOW, MID, HIGH})
    assert sorted(found, key=lambda each: each.work) == [
        Member(AIKO, LOW, SET, 2, 2),
        Member(BEN, MID, SET, 1, 1),
    ]
    assert unwritten(WORKS, {LOW, MID, HIGH}) == {}


def test_only_a_work_that_the_registry_holds_can_stand_for_others():
    assert gather(WORKS, {HIGH}) == [Member(AIKO, HIGH, min(SET, OTHER), 0, 2)]
    assert unwritten(WORKS, {HIGH}) == {BEN: MID}
    assert unwritten(WORKS, set()) == {AIKO: LOW, BEN: MID}


@given(COUNTS, st.integers(40, 10**30))
def test_groups_earn_the_whole_amount(counts, amount):
    distribution = distribute(POOL, MODEL, 7, amount, members(counts))
    groups = distribution.groups()
    assert sum(group.revenue for group in groups) == amount
    for group in groups:
        assert len(group.members) <= WORKS_MAX
        assert sum(group.shares) == 1_000_000
        pack_shares(group.shares)  # refuses what the contract would


@given(COUNTS, st.integers(40, 10**30))
def test_no_creator_is_far_from_its_part(counts, amount):
    groups = distribute(POOL, MODEL, 7, amount, members(counts)).groups()
    total = sum(counts)
    for group in groups:
        for member, share in zip(group.members, group.shares, strict=True):
            due = amount * member.works / total
            # A share is a whole number of parts per million, and the first of the largest gives what others lack.
            assert abs(group.revenue * share / 10**6 - due) <= 1 + group.revenue * (WORKS_MAX + 1) / 10**6


@given(COUNTS, st.integers(40, 10**12), st.randoms())
def test_the_order_of_members_does_not_matter(counts, amount, random):
    shuffled = members(counts)
    random.shuffle(shuffled)
    assert distribute(POOL, MODEL, 7, amount, shuffled) == distribute(POOL, MODEL, 7, amount, members(counts))


def test_less_than_a_unit_each_waits():
    with pytest.raises(Insufficient, match="2 units for 3 creators"):
        distribute(POOL, MODEL, 7, 2, members([1, 1, 1]))


def test_nobody_and_somebody_twice_are_refused():
    with pytest.raises(Invalid):
        distribute(POOL, MODEL, 7, 100, [])
    with pytest.raises(Invalid):
        distribute(POOL, MODEL, 7, 100, members([1]) * 2)


def test_the_smallest_gets_a_part_all_the_same():
    assert divide([2**20, 1]) == (999_999, 1)
    assert divide([1, 1, 1]) == (333_333, 333_333, 333_334)


def test_each_group_stands_for_a_picture_of_its_own():
    document = hash_of("document")
    assert len({output_hash(document, index) for index in range(100)}) == 100
    assert output_hash(document, 1) != output_hash(hash_of("another"), 1)
