"""A world with a commons: more creators than one report holds, a base pool with money in it, and its first distribution, which tests bend."""

from dataclasses import replace

from creditline import canonical
from creditline.amounts import Terms as Cuts
from creditline.ids import DatasetId, ModelId, address
from creditline.royalties.closing import Reported, Standing, close_epoch
from creditline.royalties.distribution import distribute, gather
from creditline.royalties.epoch import nonce_of
from creditline.royalties.epoch_document import EpochDocument
from creditline.royalties.leaves import Payout
from creditline.royalties.receipt import Receipt
from creditline.typed_data import ledger_domain
from creditline.works.batch import compose_batch
from creditline.works.dataset import compose_dataset
from tests.audit.contracts import LEDGER, TOKEN
from tests.audit.world import POLICY, SALT_KEY, Person, World, sha

COMMONS = address("0x" + "c0" * 20)
AMOUNT = 1_000_003
BASE = {"integrator": COMMONS, "commons": COMMONS, "creatorBps": 10_000, "developerBps": 0, "computeBps": 0}


class CommonsWorld(World):
    """`distribution` bends what is published, `groups` what is reported, `usage` and `shares` one report each."""

    def __init__(self, lies=None, *, anchored_only=False):
        super().__init__(lies)
        self.unwritten = None
        self._learn_from_more(anchored_only=anchored_only)
        self.base = self.open(TOKEN, **BASE)
        self.node.wallets.add(COMMONS)
        self.node.base_pools[COMMONS] = self.base
        self.contracts.fund(self.base, AMOUNT, COMMONS)
        self.contracts.stake(self.base, self.operator.address)

    def _learn_from_more(self, *, anchored_only):
        """A second model: of the first data set, and of twelve more works by as many people; one stands in both.

        `anchored_only`: and of one by somebody of whom the registry holds nothing.
        """
        first = self.datasets[0]
        more = []
        for number in range(12):
            who = Person(f"creator {number}")
            record = self.record(who, f"sketch {number}")
            self.publish(record)
            self.contracts.register(compose_batch([record], who.address, 0, SALT_KEY).leaves[0])
            more.append(record.work_id)
        if anchored_only:
            who = Person("unwritten")
            self.unwritten, _ = self.batch(who, [self.record(who, "in a batch")])
            more.append(self.unwritten.leaves[0].work_id)
        dataset = compose_dataset("more", [*more, self.sets[first].works[0]])
        manifest = self.shelf.put(dataset.manifest()).digest
        root, count = "0x" + dataset.tree().root.hex(), len(dataset.works)
        second = self.contracts.register_dataset(
            self.developer.address, root, count, self.contracts.now, manifest
        )
        self.sets[second] = dataset
        self.both = sorted([first, second])
        self.model = self.contracts.register_model(self.developer.address, sha(b"better"), POLICY, self.both)

    def due(self):
        """What the rule gives, at the newest block."""
        creators = {log.args["workId"]: log.args["creator"] for log in self.logs("WorkRegistered")}
        batches = [self.alices, self.bobs, *([self.unwritten] if self.unwritten else [])]
        leaves = [leaf for batch in batches for leaf in batch.leaves]
        creators |= {leaf.work_id: leaf.creator for leaf in leaves}
        works = [
            (creators[work], work, DatasetId(name), place)
            for name in self.both
            for place, work in enumerate(self.sets[name].works)
        ]
        block = self.contracts.logs[-1].block_number
        written = {log.args["workId"] for log in self.logs("WorkRegistered")}
        return distribute(self.base, ModelId(self.model), block, AMOUNT, gather(works, written))

    def logs(self, name):
        return [log for log in self.contracts.logs if log.name == name]

    def share_out(self, pool=None):
        """Publish a distribution of the base pool, and post it as the first epoch of `pool`."""
        due, pool = self.due(), pool or self.base
        said = self.bend("distribution", due)
        document = self.shelf.put(self.bend("document", canonical.encode(said.document()))).digest
        reported = []
        for index, group in enumerate(self.bend("groups", due.groups())):
            usage = replace(self.bend("usage", group).usage(pool, document), revenue=group.revenue)
            receipt = Receipt(usage, nonce_of(1, index), document, group.payments, 2**39)
            places = tuple((member.dataset, member.place) for member in group.members)
            reported.append(Reported(receipt, self.bend("signature", "0x"), places))
        self.post(pool, reported)
        return self

    def post(self, pool, reported):
        params = self.contracts.pools[pool]
        domain = ledger_domain(31337, LEDGER)
        payees = self.contracts.payees
        closing = close_epoch(
            1,
            reported,
            before=Standing(0, (Payout(params["payTo"][3], 0),)),
            terms=Cuts(params["creatorBps"], params["developerBps"], params["computeBps"]),
            cutoff=self.contracts.now + 11,
            payee_of=payees,
        )
        data = self.shelf.put(EpochDocument(domain, pool, closing).encode()).digest
        posted = closing.epoch(data)
        self.contracts.post(pool, posted.revenue, (posted.payouts, posted.reports, posted.credits, data))
