import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline import canonical
from creditline.content import car, dag
from creditline.content import cid as cids
from creditline.content.embedded import EmbeddedStore
from creditline.content.library import ContentLibrary
from creditline.errors import Invalid, TooLarge
from creditline.ids import DatasetId, address, bytes32
from creditline.royalties import epoch_document
from creditline.royalties.closing import Closing
from creditline.royalties.epoch_document import EPOCH_BYTES_MAX, EpochDocument, read_epoch
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.typed_data import ledger_domain
from tests.chain.scene import hash_of
from tests.royalties.closings import COMMONS, CUTOFF, POOL, close, payee, reported

DOMAIN = ledger_domain(31337, address("0x" + "1e" * 20))
CLOSING = close(
    [
        reported(1, 0, 10**6, [(1, 300_000), (12, 200_000)]),
        None,
        reported(1, 2, 5),
        reported(1, 3, 2**80, [(2, 1)]),
    ],
    payees={1: payee(1), 2: payee(2), 12: payee(1)},
)
DATA = EpochDocument(DOMAIN, POOL, CLOSING).encode()

hashes = st.binary(min_size=32, max_size=32).map(bytes32)
amounts, indexes, places = (st.integers(0, 2**bits - 1) for bits in (120, 32, 53))


def lists(items):
    return st.lists(items, max_size=4).map(tuple)


reports = st.builds(
    ReportLeaf,
    output_hash=hashes, report_hash=hashes, revenue=amounts, weights=st.integers(0, 2**256 - 1),
    work_ids=lists(hashes), usage_id=st.from_regex(r"\A[A-Za-z0-9._:~-]{1,200}\Z"),
    usage_signature=st.binary(max_size=70).map(lambda data: "0x" + data.hex()),
    dataset_ids=lists(hashes), places=lists(places), payees=lists(indexes), credits=lists(indexes),
)  # fmt: skip
credit_leaves = st.builds(Credit, indexes, amounts, indexes, st.integers(0, 255))
payout_leaves = st.builds(Payout, st.integers(0, 2**160 - 1).map(lambda n: address(f"0x{n:040x}")), amounts)
closings = st.builds(
    Closing,
    number=places, cutoff=st.integers(0, 2**40 - 1), revenue_before=amounts,
    reports=lists(st.none() | reports), credits=lists(st.none() | credit_leaves), payouts=lists(st.none() | payout_leaves),
)  # fmt: skip


def read(data):
    return read_epoch(data, DOMAIN, POOL).closing


def changed(at, edit):
    """The document with one line changed; `edit` takes and gives what the line says."""
    lines = DATA.splitlines()
    lines[at] = json.dumps(edit(json.loads(lines[at])), separators=(",", ":"), sort_keys=True).encode()
    return b"".join(line + b"\n" for line in lines)


def put(index, value):
    def edit(row):
        row[index] = value
        return row

    return edit


@settings(deadline=None)
@given(closings)
def test_whatever_an_operator_posts_can_be_written_and_comes_back(closing):
    document = EpochDocument(DOMAIN, POOL, closing)
    assert read_epoch(document.encode(), DOMAIN, POOL) == document


@settings(deadline=None)
@given(closings)
def test_every_line_is_canonical(closing):
    for line in EpochDocument(DOMAIN, POOL, closing).encode().splitlines():
        assert canonical.decode(b'{"row":' + line + b"}") == {"row": json.loads(line)}


def test_the_trees_of_a_document_are_those_that_were_posted():
    data = bytes32(bytes(32))
    assert read(DATA).epoch(data) == CLOSING.epoch(data)


def test_the_first_line_names_the_epoch_and_what_follows():
    header = canonical.decode(DATA.splitlines()[0])
    epoch = CLOSING.epoch(bytes32(bytes(32)))
    assert header == {
        "type": "creditline/epoch/1", "chain_id": 31337, "ledger": DOMAIN.contract, "pool": POOL, "number": 1,
        "cutoff": CUTOFF, "revenue_before": "0", "revenue": str(epoch.revenue), "payout_sum": str(epoch.payout_sum),
        "datasets": [hash_of("data set")],
        "reports": {"count": 4, "root": epoch.reports},
        "credits": {"count": 6, "root": epoch.credits},
        "payouts": {"count": 3, "root": epoch.payouts},
    }  # fmt: skip


def test_a_person_can_read_a_payout():
    assert json.loads(DATA.splitlines()[11]) == [COMMONS, str(CLOSING.payouts[0].amount)]


def test_one_car_by_cid_holds_the_whole_epoch(tmp_path):
    """More than one block, as the gateway exports it, read back from the CAR alone."""
    many = close(
        [reported(1, index, 10**9, [(index % 9 + 1, 10**6)]) for index in range(700)],
        payees={each: payee(each) for each in range(10)},
    )
    data = EpochDocument(DOMAIN, POOL, many).encode()
    store = EmbeddedStore(tmp_path)
    stored = ContentLibrary(store).put(data)
    root, blocks = car.read(car.write(stored.cid, store.blocks(stored.cid)))
    held = dict(blocks)
    assert len(held) > 1
    assert bytes32(cids.digest_of(root)) == stored.digest
    assert read(dag.read(held.__getitem__, root)) == many
    assert store.resolve(bytes.fromhex(stored.digest[2:])) == data


def test_an_epoch_is_at_most_what_a_store_keeps():
    assert EPOCH_BYTES_MAX == dag.FILE_BYTES_MAX


def test_an_epoch_that_cannot_be_published_is_refused(monkeypatch):
    monkeypatch.setattr(epoch_document, "EPOCH_BYTES_MAX", len(DATA) - 1)
    with pytest.raises(TooLarge, match="Close epochs of fewer receipts"):
        EpochDocument(DOMAIN, POOL, CLOSING).encode()
    with pytest.raises(TooLarge, match="above the limit"):
        read(DATA)


def test_more_data_sets_than_a_first_line_lists_are_refused(monkeypatch):
    monkeypatch.setattr(epoch_document, "DATASETS_MAX", 0)
    with pytest.raises(TooLarge, match="stand in 1 data sets"):
        EpochDocument(DOMAIN, POOL, CLOSING).encode()


@pytest.mark.parametrize(
    ("domain", "pool"),
    [
        (ledger_domain(1, DOMAIN.contract), POOL),
        (ledger_domain(31337, address("0x" + "2e" * 20)), POOL),
        (DOMAIN, hash_of("another pool")),
    ],
    ids=["chain", "ledger", "pool"],
)
def test_a_document_of_another_pool_is_refused(domain, pool):
    with pytest.raises(Invalid, match="The document is of pool"):
        read_epoch(DATA, domain, pool)


@pytest.mark.parametrize(
    ("at", "edit"),
    [
        (1, put(2, "1000001")),
        (1, put(0, hash_of("another output"))),
        (1, put(5, "another-usage")),
        (5, put(1, "1")),
        (-1, put(1, "1")),
        (0, lambda header: header | {"revenue": "7"}),
        (0, lambda header: header | {"payout_sum": "7"}),
        (0, lambda header: header | {"datasets": [*header["datasets"], hash_of("unused")]}),
        (0, lambda header: header | {"credits": header["credits"] | {"root": hash_of("root")}}),
    ],
)
def test_a_document_whose_first_line_does_not_follow_is_refused(at, edit):
    with pytest.raises(Invalid, match="does not follow from its leaves"):
        read(changed(at, edit))


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace(b"null\n", b" null\n"),
        DATA[:-1],
        DATA + b"\n",
        DATA + b"null\n",
        DATA.replace(COMMONS.encode(), COMMONS.lower().encode()),
        DATA.replace(b'"number":1,', b'"number":1,"number":1,'),
        DATA.replace(b"\n", b"\r\n"),
    ],
    ids=[
        "a space",
        "no last line feed",
        "an empty line",
        "one leaf more",
        "an address in small letters",
        "twice",
        "CRLF",
    ],
)
def test_only_one_spelling_is_accepted(data):
    with pytest.raises(Invalid):
        read(data)


@pytest.mark.parametrize(
    ("at", "edit"),
    [
        (1, lambda row: row[:-1]),
        (1, lambda row: [*row, 1]),
        (1, lambda row: {"output": row[0]}),
        (1, put(0, "0x12")),
        (1, put(0, hash_of("capital").upper().replace("X", "x"))),
        (1, put(2, 5)),
        (1, put(2, "-5")),
        (1, put(2, "007")),
        (1, put(2, str(2**128))),
        (1, put(3, [2**20])),
        (1, put(3, [0] * 12 + [2**16])),
        (1, put(3, [True])),
        (1, put(5, "a usage")),
        (1, put(6, "0x123")),
        (1, put(7, [1, 0])),
        (1, put(7, [-1, 0])),
        (1, put(8, [1.0, 2])),
        (1, put(8, [2**53, 2])),
        (1, put(9, [2**32])),
        (1, put(9, "12")),
        (5, put(3, 256)),
        (5, put(0, None)),
        (-1, put(0, "0x12")),
        (-1, put(0, COMMONS.replace("C", "c", 1))),
        (-1, put(1, "9" * 40)),
    ],
)
def test_a_line_that_is_no_leaf_is_refused(at, edit):
    with pytest.raises(Invalid):
        read(changed(at, edit))


@pytest.mark.parametrize(
    "header",
    [
        {"type": "creditline/epoch/2"},
        {"cutoff": 2**40},
        {"cutoff": "1"},
        {"number": -1},
        {"revenue": 5},
        {"more": 1},
        {"datasets": [hash_of(str(number)) for number in range(1001)]},
        {"reports": {"count": 2**21 + 1, "root": hash_of("root")}},
        {"reports": {"count": 1, "root": hash_of("root"), "more": 1}},
    ],
)
def test_a_first_line_that_is_none_is_refused(header):
    with pytest.raises(Invalid, match="The first line is none of an epoch"):
        read(changed(0, lambda known: known | header))


def test_a_first_line_without_end_is_not_read():
    with pytest.raises(Invalid, match="not JSON"):
        read(b"[" * 10**6)


def test_a_document_that_is_cut_short_says_so():
    for end in (DATA.index(b"\n") + 1, DATA.rindex(b"\n", 0, -1) + 1):
        with pytest.raises(Invalid, match="leaves early"):
            read(DATA[:end])


def test_amounts_that_do_not_fit_together_are_refused():
    leaf = replace(CLOSING.reports[2], revenue=2**128 - 1)
    with pytest.raises(Invalid, match="above 2\\*\\*128 together"):
        EpochDocument(DOMAIN, POOL, replace(CLOSING, reports=(leaf, leaf))).encode()


@given(st.binary(max_size=200), st.integers(0, len(DATA)))
def test_bytes_in_the_wrong_place_never_pass(noise, at):
    data = DATA[:at] + noise + DATA[at + len(noise) :]
    if data != DATA:
        with pytest.raises(Invalid):
            read(data)


def test_deep_brackets_do_not_end_the_process():
    lines = DATA.splitlines(keepends=True)
    with pytest.raises(Invalid, match="no leaf before byte"):
        read(lines[0] + b"[" * 10**5 + b"\n" + b"".join(lines[2:]))


def test_a_place_in_a_data_set_that_is_not_listed_is_refused():
    assert read(DATA).reports[0].dataset_ids == (DatasetId(hash_of("data set")),) * 2
    with pytest.raises(Invalid, match="not in the list"):
        read(changed(1, put(7, [0, 1])))
