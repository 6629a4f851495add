from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from creditline.ids import ZERO_ADDRESS, address, bytes32, raw
from creditline.royalties.epoch import Epoch, nonce_of, place_of
from creditline.royalties.leaves import Credit, Payout, ReportLeaf

STRUCT = "(bytes32,bytes32,uint128,uint256,bytes32[],bytes32,bytes,bytes32[],uint64[],uint32[],uint32[])"
hashes = st.binary(min_size=32, max_size=32).map(bytes32)
uint128, uint64, uint32 = (st.integers(0, 2**bits - 1) for bits in (128, 64, 32))


def lists(items):
    return st.lists(items, max_size=13).map(tuple)


leaves = st.builds(
    ReportLeaf,
    output_hash=hashes, report_hash=hashes, revenue=uint128, weights=st.integers(0, 2**256 - 1),
    work_ids=lists(hashes), usage_id=st.text(max_size=20), usage_signature=st.binary(max_size=70).map(lambda data: "0x" + data.hex()),
    dataset_ids=lists(hashes), places=lists(uint64), payees=lists(uint32), credits=lists(uint32),
)  # fmt: skip


@given(leaves)
def test_a_report_is_packed_as_the_abi_packs_it(leaf):
    assert leaf.encode() == encode([STRUCT], [leaf.struct()])


def test_a_report_holds_the_hash_of_the_usage_id_and_the_signature_itself():
    leaf = ReportLeaf(*[bytes32(bytes(32))] * 2, 1, 0, (), "usage", "0x0102", (), (), (0,), (0,))
    assert leaf.struct()[5:7] == (keccak(b"usage"), b"\x01\x02")


@given(uint32, uint128, uint32, st.integers(0, 255))
def test_a_credit_is_packed_as_the_abi_packs_it(payee, amount, report, entry):
    kinds = ["uint32", "uint128", "uint32", "uint8"]
    assert Credit(payee, amount, report, entry).encode() == encode(kinds, [payee, amount, report, entry])


@given(st.binary(min_size=20, max_size=20), uint128)
def test_a_payout_is_packed_as_the_abi_packs_it(payee, amount):
    payout = Payout(address("0x" + payee.hex()), amount)
    assert payout.encode() == encode(["address", "uint128"], [payout.payee, amount])
    assert len(Payout(ZERO_ADDRESS, amount).encode()) == 64


@given(st.builds(Epoch, hashes, uint128, hashes, hashes, uint128, uint128, st.integers(0, 2**40 - 1), hashes))
def test_an_epoch_is_hashed_as_the_ledger_hashes_it(epoch):
    payouts, reports, credit, data = map(raw, (epoch.payouts, epoch.reports, epoch.credits, epoch.data))
    rest_kinds = ["bytes32", "bytes32", "uint128", "uint128", "uint40", "bytes32"]
    rest = keccak(
        encode(rest_kinds, [reports, credit, epoch.revenue_before, epoch.revenue, epoch.cutoff, data])
    )
    expected = keccak(encode(["bytes32", "uint128", "bytes32"], [payouts, epoch.payout_sum, rest]))
    assert (epoch.rest_hash(), epoch.hash()) == (bytes32(rest), bytes32(expected))


@given(st.integers(1, 2**40), uint32)
def test_a_nonce_names_an_epoch_and_an_index(number, index):
    assert place_of(nonce_of(number, index)) == (number, index)
    assert place_of(index) == (0, index)
