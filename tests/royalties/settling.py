"""A settler with all of its own parts; what the chain makes of its transactions is the test's to say."""

from sqlalchemy import select

from creditline.chain.calls import Calls
from creditline.chain.deployment import Deployment
from creditline.chain.drafts import Drafts
from creditline.events import Event
from creditline.royalties.receipt import reports_typed_data
from creditline.royalties.settlement import Settler, materialise_key
from creditline.store.materials import Materials
from creditline.store.outbox import Outbox
from creditline.store.receipts import Receipts
from creditline.store.service_tables import usages
from creditline.store.work_rows import load_batch, on_anchored
from creditline.works.batch import compose_batch
from creditline.works.published import PublishedDocuments
from tests.chain.scene import FAR, hash_of, person, record_of
from tests.royalties.market import DOMAIN as LEDGER_DOMAIN
from tests.royalties.market import LEDGER, OPERATOR
from tests.works.samples import DOMAIN, REGISTRY, Shelf, is_signed

DEPLOYMENT = Deployment(31337, REGISTRY, REGISTRY, LEDGER, LEDGER, 0)
QUEUED = 10_000


class Settling:
    def __init__(self, database, clock, checkpoint=lambda _: None, shelf=None):
        self.database, self.shelf = database, shelf or Shelf()
        self.outbox, self.receipts = Outbox(database), Receipts(database, clock=clock)
        drafts = Drafts(Calls(DEPLOYMENT))
        documents = PublishedDocuments(self.shelf, DOMAIN, is_signed)

        def settle(receipts, signature):
            checkpoint("encode")
            return drafts.settle(receipts, signature)

        def materialise(batch, index, *, signed):
            checkpoint("materialise")
            return drafts.materialise(batch, index, signed=signed)

        self.settler = Settler(
            receipts=self.receipts,
            materials=Materials(database, documents, materialise),
            outbox=self.outbox,
            sign=lambda receipts: OPERATOR.sign_typed(reports_typed_data(LEDGER_DOMAIN, receipts)),
            encode_settle=settle,
        )
        self.step = self.settler.step

    def anchor(self, *titles, number=1):
        """A batch in a finalised block, none of whose works is in the registry yet. Returns their ids by title."""
        alice = person("alice")
        batch = compose_batch([record_of(alice, title) for title in titles], alice.address, FAR, b"salt")
        batch = batch.signed(alice.sign_typed(batch.typed_data(DOMAIN)))
        manifest = self.shelf.put(batch.manifest(DOMAIN)).digest
        args = {
            "root": "0x" + batch.tree().root.hex(), "count": len(titles), "manifest": manifest,
            "by": alice.address, "at": 1,
        }  # fmt: skip
        event = Event("WorkRegistry", "Anchored", args, number, hash_of(number), 1, hash_of("tx"), 0)
        with self.database.project() as connection:
            on_anchored(connection, event)
            load_batch(connection, manifest, batch)
        by_content = {leaf.content_hash: leaf.work_id for leaf in batch.leaves}
        return {title: by_content[hash_of(title)] for title in titles}

    def queued(self, prefix):
        return [entry for entry in self.outbox.queued(QUEUED) if entry.key.startswith(prefix)]

    def fail_all(self, is_refused, reason="NonceUsed()"):
        """Let the chain answer every waiting settlement: it refuses a call that carries a receipt it refuses."""
        carried = {}
        with self.database.read() as connection:
            for row in connection.execute(select(usages.c.settle_key, usages.c.usage_id)):
                carried.setdefault(row.settle_key, []).append(row.usage_id)
        for entry in self.queued("settle:"):
            if any(is_refused(usage_id) for usage_id in carried.get(entry.key, [])):
                self.outbox.fail(entry.key, reason)

    def fail_writing(self, work):
        self.outbox.fail(materialise_key(work), "ZeroValue()")
