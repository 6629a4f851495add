"""Settlement against the contracts themselves: receipts are cheques, and their holders may cash them first."""

from dataclasses import replace

import pytest

from creditline.chain.drafts import Drafts
from creditline.chain.sender import Sender
from creditline.ids import bytes32
from creditline.royalties.receipt import Receipt, Usage, reports_typed_data
from creditline.royalties.settlement import LAST_ATTEMPT, Settler, materialise_key
from creditline.store.materials import Materials
from creditline.store.outbox import Outbox
from creditline.store.receipts import Receipts
from creditline.store.usages import Usages
from tests.chain.scene import FAR, hash_of
from tests.store.following import documents_of, follow_with_documents


class Service:
    """Everything between a receipt and its settlement, step by step in one thread."""

    def __init__(self, scene, database):
        self.scene, self.database, self.usages = scene, database, Usages(database)
        self.outbox, drafts = Outbox(database), Drafts(scene.calls)
        self.sender = Sender(scene.node, scene.operator, self.outbox)
        self.settler = Settler(
            receipts=Receipts(database),
            materials=Materials(database, documents_of(scene), drafts.materialise),
            outbox=self.outbox,
            sign=lambda receipts: scene.operator.sign_typed(
                reports_typed_data(scene.ledger_domain, receipts)
            ),
            encode_settle=drafts.settle,
        )

    def sign(self, pool, name, works, revenue=1_000):
        usage = Usage(pool, name, bytes32(hash_of(f"{pool} {name}")), revenue)
        reservation = self.usages.reserve(usage, FAR, 10**9)
        shares = tuple(sorted((work, 400_000) for work in works))
        receipt = Receipt(usage, reservation.nonce, hash_of("report"), shares, FAR)
        signature = self.scene.operator.sign_typed(receipt.typed_data(self.scene.ledger_domain))
        self.usages.complete(replace(receipt, signature=signature))
        return self.usages.find(pool, name).receipt

    def read_chain(self):
        self.scene.anvil.finalise()
        follow_with_documents(self.scene, self.database)

    def round(self):
        progress = self.settler.step()
        while self.sender.step():
            self.scene.anvil.finalise()
        self.read_chain()
        return progress

    def settle_all(self):
        """Until nothing waits. The bound is how often a call can be halved, and one round for the works."""
        for _ in range(LAST_ATTEMPT + 4):
            self.round()
        return self.settler.progress()


@pytest.fixture
def service(scene, database):
    return Service(scene, database)


def test_a_cheque_that_its_holder_cashed_stops_none_of_the_others(scene, service):
    work, pool = scene.register(scene.person("alice"), "one"), scene.open_pool()
    service.read_chain()
    receipts = [service.sign(pool, f"usage-{n}", [work]) for n in range(4)]
    service.settler.step()
    scene.send(scene.calls.settle(receipts[0]))  # after the call was encoded: it reverts as a whole
    progress = service.settle_all()
    assert (progress.waiting, progress.sent, progress.settled, progress.failed) == (0, 0, 4, 0)


def test_works_of_a_batch_are_written_and_paid_in_every_pool(scene, service):
    batch = scene.batch(scene.person("alice"), ["a", "b"])
    scene.anchor(batch)
    pools = [scene.open_pool(), scene.open_pool(window=3601)]
    service.read_chain()
    service.sign(pools[0], "stuck", [hash_of("a work that stands in no batch")])
    for number, pool in enumerate(pools):
        service.sign(pool, "paid", [batch.leaves[number].work_id])
    progress = service.settle_all()
    assert (progress.waiting, progress.sent, progress.settled, progress.failed) == (1, 0, 2, 0)


def test_later_works_of_a_batch_are_written_without_its_signature(scene, service):
    batch = scene.batch(scene.person("alice"), ["a", "b", "c", "d"])
    scene.anchor(batch)
    pool = scene.open_pool()
    service.read_chain()
    works = [leaf.work_id for leaf in batch.leaves]
    for name, pair in (("together", works[:2]), ("later", works[2:])):
        service.sign(pool, name, pair)
        service.settle_all()
    progress = service.settler.progress()
    assert (progress.waiting, progress.sent, progress.settled, progress.failed) == (0, 0, 2, 0)
    signature = bytes.fromhex(batch.signature[2:])
    carried = [signature in service.outbox.find(materialise_key(work)).data for work in works]
    assert carried == [True, True, False, False]
