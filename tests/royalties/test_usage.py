"""Receipts against a deposit: one for each usage, and nothing promised to a usage that can have none."""

import hashlib

import pytest

from creditline.errors import (
    Busy,
    Conflict,
    Corrupt,
    Insufficient,
    Invalid,
    Missing,
    NotAPicture,
    Unavailable,
    WrongSignature,
)
from creditline.ids import bytes32
from creditline.royalties.epoch import place_of
from creditline.royalties.receipt import Usage
from creditline.royalties.reservation import Settlement
from creditline.royalties.usage import WINDOW_MIN_S, ReceiptBook
from creditline.store.pools import Pools
from creditline.store.usages import Usages
from tests.chain.scene import hash_of, person
from tests.royalties.epoch_office import Ledger
from tests.royalties.market import DOMAIN, INTEGRATOR, OPERATOR, OTHER, POOL, Clock, open_pool
from tests.works.samples import Shelf, is_signed


class Engine:
    """Attributes every picture to one work, or fails with `trouble`."""

    def __init__(self):
        self.trouble = None
        self.asked = 0

    def __call__(self, picture, model):
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return {"works": [{"work": hash_of("work"), "share": 400_000}]}


class Written:
    """Every work is in the registry, unless its id is in `missing`."""

    def __init__(self):
        self.missing = set()

    def require(self, works):
        if self.missing.intersection(works):
            raise Unavailable("It is being written.", "Later.")


class Desk:
    """A receipt book on a real database, and its integrator."""

    def __init__(self, database):
        self.engine, self.clock, self.usages = Engine(), Clock(), Usages(database, lambda: 0)
        self.writing, self.base_pools = Written(), set()
        self.book = ReceiptBook(
            pools=Pools(database),
            usages=self.usages,
            writing=self.writing,
            library=Shelf(),
            attribute=self.engine,
            operator=OPERATOR,
            domain=DOMAIN,
            is_signed=is_signed,
            is_base_pool=lambda pool: pool.id in self.base_pools,
            clock=self.clock,
        )

    def report(self, usage_id, picture, revenue, pool=POOL, signer=INTEGRATOR, settlement=Settlement.DIRECT):
        usage = Usage(pool, usage_id, bytes32(hashlib.sha256(picture).digest()), revenue)
        signature = signer.sign_typed(usage.typed_data(DOMAIN))
        return self.book.issue(picture, pool, usage_id, revenue, signature, settlement=settlement)


@pytest.fixture
def desk(database):
    open_pool(database, deposit=100)
    return Desk(database)


def test_a_usage_makes_one_receipt_however_often_it_is_reported(desk):
    first = desk.report("one", b"picture", 60)
    assert desk.report("one", b"picture", 60) == first
    assert desk.engine.asked == 1
    assert is_signed(OPERATOR.address, first.typed_data(DOMAIN), first.signature)
    assert desk.book.find(POOL, "one") == first
    assert first.shares == ((hash_of("work"), 400_000),)


def test_nothing_is_reported_to_the_base_pool_of_a_commons(desk):
    desk.base_pools.add(POOL)
    with pytest.raises(Conflict, match="base pool of a commons"):
        desk.report("one", b"picture", 60)


@pytest.mark.parametrize("trouble", [NotAPicture, Invalid, Missing, Corrupt, Conflict])
def test_a_picture_that_cannot_be_attributed_gives_the_deposit_back(desk, trouble):
    desk.engine.trouble = trouble("It cannot be.", "Send another.")
    for _ in range(3):
        with pytest.raises(trouble):
            desk.report("oops", b"GIF89a no picture", 100)
    with pytest.raises(Missing):
        desk.book.find(POOL, "oops")
    desk.engine.trouble = None
    assert desk.report("oops", b"the right picture", 100).usage.revenue == 100, (
        "id and deposit are free again"
    )


@pytest.mark.parametrize("trouble", [Busy, Unavailable])
def test_an_outage_keeps_the_reservation_for_a_retry(desk, trouble):
    desk.engine.trouble = trouble("Not now.", "Later.")
    with pytest.raises(trouble):
        desk.report("one", b"picture", 100)
    kept = desk.usages.find(POOL, "one")
    with pytest.raises(Insufficient):
        desk.report("two", b"another", 1)
    desk.engine.trouble = None
    assert desk.report("one", b"picture", 100).nonce == kept.nonce


def test_a_failed_repeat_takes_nothing_from_a_receipt_that_stands(desk):
    first = desk.report("one", b"picture", 60)
    desk.engine.trouble = Invalid("It cannot be.", "Send another.")
    with pytest.raises(Conflict, match="another picture or revenue"):
        desk.report("one", b"another", 60)
    assert desk.report("one", b"picture", 60) == first


@pytest.mark.parametrize("window", [0, 1, WINDOW_MIN_S - 1])
def test_a_pool_that_refunds_before_receipts_can_be_settled_is_refused(database, desk, window):
    open_pool(database, OTHER, window=window)
    with pytest.raises(Conflict, match=f"refunds after {window} s"):
        desk.report("one", b"picture", 1, pool=OTHER)
    assert desk.usages.find(OTHER, "one") is None


def test_the_shortest_window_allowed_is_enough(database, desk):
    open_pool(database, OTHER, window=WINDOW_MIN_S)
    assert desk.report("one", b"picture", 1, pool=OTHER)


def test_only_the_integrator_of_a_pool_of_ours_reports(database, desk):
    with pytest.raises(WrongSignature):
        desk.report("one", b"picture", 1, signer=person("mallory"))
    with pytest.raises(Missing, match="No pool"):
        desk.report("one", b"picture", 1, pool=OTHER)
    open_pool(database, OTHER, operator=person("another operator").address)
    with pytest.raises(Conflict, match="is run by"):
        desk.report("one", b"picture", 1, pool=OTHER)
    assert desk.usages.find(POOL, "one") is None


def staked(database):
    ledger = Ledger(database)
    ledger.set_up()
    return Desk(database)


def test_a_receipt_for_an_epoch_has_its_place_once_its_picture_is_attributed(database):
    desk = staked(database)
    desk.engine.trouble = Invalid("It cannot be.", "Send another.")
    with pytest.raises(Invalid):
        desk.report("oops", b"no picture", 1, settlement=Settlement.EPOCH)
    desk.engine.trouble = None
    first = desk.report("one", b"picture", 60, settlement=Settlement.EPOCH)
    assert place_of(first.nonce) == (1, 0)
    assert is_signed(OPERATOR.address, first.typed_data(DOMAIN), first.signature)
    assert desk.report("one", b"picture", 60, settlement=Settlement.EPOCH) == first
    assert desk.report("one", b"picture", 60) == first, "a usage is settled as it was first reported"
    assert desk.usages.find(POOL, "one").usage_signature, "it goes into the epoch"


def test_an_unstaked_pool_takes_no_usage_for_an_epoch_and_says_what_else_works(desk):
    with pytest.raises(Conflict, match=r"no bond staked.*settlement=direct, or have the operator stake"):
        desk.report("one", b"picture", 60, settlement=Settlement.EPOCH)
    assert desk.usages.find(POOL, "one") is None
    assert desk.report("one", b"picture", 60)


def test_a_receipt_for_an_epoch_waits_for_a_work_that_must_be_written_first(database):
    desk = staked(database)
    desk.writing.missing = {hash_of("work")}
    with pytest.raises(Unavailable):
        desk.report("one", b"picture", 60, settlement=Settlement.EPOCH)
    with pytest.raises(Conflict, match="has no receipt yet"):
        desk.book.find(POOL, "one")
    desk.writing.missing = set()
    assert desk.report("one", b"picture", 60, settlement=Settlement.EPOCH).usage.revenue == 60


def test_a_process_that_ends_before_signing_is_taken_up_with_the_same_number(database):
    desk = staked(database)
    complete, desk.usages.complete = desk.usages.complete, _vanish
    with pytest.raises(KeyboardInterrupt):
        desk.report("one", b"picture", 60, settlement=Settlement.EPOCH)
    desk.usages.complete = complete
    numbered = desk.usages.find(POOL, "one").receipt
    assert desk.report("two", b"another", 1, settlement=Settlement.EPOCH).nonce == numbered.nonce + 1
    signed = desk.report("one", b"picture", 60, settlement=Settlement.EPOCH)
    assert (signed.nonce, signed.report_hash) == (numbered.nonce, numbered.report_hash)
    assert desk.engine.asked == 2, "the picture is not attributed again"


def _vanish(_receipt):
    raise KeyboardInterrupt
