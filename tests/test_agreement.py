"""Ten thousand random trees and splits on which Python, Solidity and TypeScript agree.

Each language makes them from the same seed by the same rules (tests/contracts/agreement.js, tests/solidity/Agreement.t.sol)
and works them out by itself. tests/vectors/agreement.json holds one digest for each hundred.
"""

import json
from pathlib import Path

import pytest
from sha3 import keccak_256

from creditline.amounts import Terms, credit_works, cut_revenue, cut_total
from creditline.ids import bytes32
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.sum_tree import EMPTY, SumTree, leaf_hash, opens

VECTORS = json.loads((Path(__file__).parent / "vectors" / "agreement.json").read_text())
GROUP, PART = 100, 1000
TREE, LEAF, SPLIT, REPORT = range(4)
KINDS = ("payouts", "credits", "reports")


def keccak(data):
    return keccak_256(data).digest()


START = keccak(VECTORS["seed"].encode())
ALL = 2**256 - 1


def word(kind, item, i):
    return int.from_bytes(keccak(START + bytes([kind]) + item.to_bytes(4) + i.to_bytes(4)))


def amount(random, shift):
    """Up to 96 bits, and often far fewer."""
    return random % 2**96 >> 12 * (shift % 8)


def hash_of(value):
    return bytes32(value.to_bytes(32))


def tree_case(t):
    """The kind of its leaves, the leaves, and the index that is proved."""
    w, kind = word(TREE, t, 0), KINDS[t % 3]
    exponent = w % 3 if kind == "reports" else 12 if t % 1000 == 999 else w % 8
    count = 1 + (w >> 8) % 2**exponent
    return kind, [content(kind, word(LEAF, t, i)) for i in range(count)], (w >> 64) % count


def content(kind, r):
    worth = amount(r >> 8, r >> 4)
    if r % 16 == 0:
        return None
    if kind == "payouts":
        return Payout(f"0x{(r >> 96) % 2**160:040x}", worth)
    if kind == "credits":
        return Credit((r >> 104) % 2**32, worth, (r >> 136) % 2**32, (r >> 168) % 2**8)
    works = (r >> 200) % 4
    signature = r.to_bytes(32) + (ALL ^ r).to_bytes(32) + bytes([works])
    return ReportLeaf(
        output_hash=hash_of(r),
        report_hash=hash_of(ALL ^ r),
        revenue=worth,
        weights=r >> 16,
        work_ids=tuple(hash_of(r ^ (j + 1)) for j in range(works)),
        usage_id=f"usage-{works}",
        usage_signature="0x" + signature.hex() if works else "0x",
        dataset_ids=tuple(hash_of(r ^ (j + 101)) for j in range(works)),
        places=tuple((r >> 8 * j) % 2**53 for j in range(works)),
        payees=tuple((r >> 16 * j) % 2**32 for j in range(works + 1)),
        credits=tuple((r >> 16 * j + 7) % 2**32 for j in range(works + 1)),
    )


def tree_answer(t):
    """Root, total, what stands before the index, and the proof."""
    kind, leaves, index = tree_case(t)
    worth = "revenue" if kind == "reports" else "amount"
    nodes = [(leaf_hash(leaf.encode()), getattr(leaf, worth)) if leaf else EMPTY for leaf in leaves]
    tree = SumTree(nodes)
    proof, before = tree.proof(index), tree.before(index)
    assert opens(tree.root, tree.total, len(nodes), *nodes[index], index, proof) == (True, before)
    return tree.root, tree.total, before, proof


def tree_digest(t):
    root, total, before, proof = tree_answer(t)
    return keccak(root + total.to_bytes(16) + before.to_bytes(16) + proof)


def split_case(s):
    """The terms, what was earned before, and of each report the revenue and the weights."""
    w = word(SPLIT, s, 0)
    creators = w % 10_001
    developer = (w >> 16) % (10_001 - creators)
    compute = (w >> 32) % (10_001 - creators - developer)
    draws = [word(REPORT, s, i) for i in range(1 + (w >> 150) % 3)]
    reports = [(1 + amount(r, r >> 96), weights(r)) for r in draws]
    return Terms(creators, developer, compute), amount(w >> 48, w >> 144), reports


def weights(r):
    """Up to twelve. Every other report leaves nothing unattributed."""
    count, left, found = (r >> 100) % 13, 1_000_000, []
    for j in range(count):
        room = left // (count - j)
        draw = (r >> 104 + 12 * j) % 4096
        is_rest = j == count - 1 and r >> 255
        found.append(left if is_rest else 1 + draw * (room - 1) // 4096)
        left -= found[-1]
    return found


def split_answer(s):
    """Of each report the creators' part, its credits, what is unattributed, and what each party has then."""
    terms, earned, reports = split_case(s)
    for revenue, shares in reports:
        part = cut_revenue(earned, revenue, terms).creators
        earned += revenue
        split, after = credit_works(part, shares), cut_total(earned, terms)
        yield (
            part,
            *split.works,
            split.unattributed,
            after.creators,
            after.developer,
            after.compute,
            after.treasury,
        )


def split_digest(s):
    return keccak(b"".join(each.to_bytes(16) for report in split_answer(s) for each in report))


@pytest.mark.parametrize(("name", "digest"), [("trees", tree_digest), ("splits", split_digest)])
@pytest.mark.parametrize("start", range(0, 10_000, PART))
def test_ten_thousand_of_each_are_the_same_in_all_languages(name, digest, start):
    wrong = []
    for first in range(start, start + PART, GROUP):
        found = keccak(b"".join(map(digest, range(first, first + GROUP))))
        if "0x" + found.hex() != VECTORS[name]["groups"][first // GROUP]:
            wrong.append(range(first, first + GROUP))
    assert not wrong


@pytest.mark.parametrize("t", range(len(VECTORS["trees"]["shown"])))
def test_a_tree_that_is_written_out(t):
    shown = VECTORS["trees"]["shown"][t]
    kind, leaves, index = tree_case(t)
    assert (kind, index, len(leaves)) == (shown["kind"], shown["index"], len(shown["leaves"]))
    assert [leaf is None for leaf in leaves] == [leaf is None for leaf in shown["leaves"]]
    root, total, before, proof = tree_answer(t)
    answer = {
        "root": "0x" + root.hex(),
        "total": str(total),
        "before": str(before),
        "proof": "0x" + proof.hex(),
    }
    assert answer == shown["answer"]


@pytest.mark.parametrize("s", range(len(VECTORS["splits"]["shown"])))
def test_a_split_that_is_written_out(s):
    shown = VECTORS["splits"]["shown"][s]
    terms, before, reports = split_case(s)
    assert Terms(*shown["terms"].values()) == terms
    assert int(shown["before"]) == before
    assert [(int(each["revenue"]), each["weights"]) for each in shown["reports"]] == reports
    for found, answer in zip(split_answer(s), shown["answer"], strict=True):
        amounts = [answer["part"], *answer["works"], answer["unattributed"], *answer["after"].values()]
        assert found == tuple(map(int, amounts))
