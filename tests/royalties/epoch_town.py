"""A pool on a real chain whose receipts go into epochs, and everything that carries them there, step by step."""

from dataclasses import replace

from creditline.chain.drafts import Drafts
from creditline.chain.sender import Sender
from creditline.ids import bytes32, model_id
from creditline.royalties.commons_keeper import CommonsKeeper
from creditline.royalties.epoch_keeper import EpochKeeper
from creditline.royalties.published import PublishedEpochs
from creditline.royalties.receipt import Usage
from creditline.royalties.reservation import Settlement
from creditline.royalties.writing import Writing
from creditline.store.closings import Closings
from creditline.store.distributions import Distributions
from creditline.store.horizon import Horizon
from creditline.store.lost_epochs import LostEpochs
from creditline.store.materials import Materials
from creditline.store.outbox import Outbox
from creditline.store.pools import Pools
from creditline.store.posted_epochs import PostedEpochs
from creditline.store.registered_works import RegisteredWorks
from creditline.store.usages import Usages
from tests.chain.scene import FAR, hash_of, pool_id
from tests.store.following import documents_of, follow_with_documents
from tests.works.samples import Shelf

WINDOW = 3600


class EpochTown:
    """One service on `database`. `shelf` is shared by all that publish to the same IPFS."""

    def __init__(self, scene, database, *, shelf=None, usages_max=100, checkpoint=lambda _: None):
        self.scene, self.database, self.shelf = scene, database, shelf or Shelf()
        self.now = 10_000
        self.usages = Usages(database, epoch_usages_max=usages_max)
        self.closings, self.outbox = Closings(database), Outbox(database)
        self.epochs = PostedEpochs(database, Horizon(database, lambda number: scene.node.block(number).time))
        drafts = Drafts(scene.calls)
        self.sender = Sender(scene.node, scene.operator, self.outbox)
        materials = Materials(database, documents_of(scene), drafts.materialise)
        works = RegisteredWorks(database)
        self.writing = Writing(works, materials, self.outbox, lambda who: bool(scene.node.code_at(who)))
        self.published = PublishedEpochs(self.epochs, self.shelf, scene.ledger_domain)
        self.keeper = EpochKeeper(
            closings=self.closings,
            lost=LostEpochs(database, scene.operator.address),
            epochs=self.epochs,
            published=PublishedEpochs(self.epochs, self.shelf, scene.ledger_domain),
            pools=Pools(database),
            library=self.shelf,
            write=self.writing.write,
            encode_post=drafts.post,
            horizon=Horizon(database, lambda number: scene.node.block(number).time),
            domain=scene.ledger_domain,
            clock=lambda: self.now,
            checkpoint=checkpoint,
        )

        self.commons = CommonsKeeper(
            distributions=Distributions(database, scene.operator.address, lambda: self.now),
            base_pool_of=scene.reader.base_pool,
            held=scene.reader.balance,
            collect=lambda commons, token, least: None,
            write=self.writing.write,
            outbox=self.outbox,
            encode_forward=drafts.forward,
            library=self.shelf,
            clock=lambda: self.now,
            checkpoint=checkpoint,
        )

    def report(self, pool, name, works, revenue=1_000):
        """What the receipt book does once a picture is attributed: `works` share it evenly, as far as 400,000 parts each."""
        usage = Usage(pool, name, bytes32(hash_of(f"{pool} {name}")), revenue)
        signature = self.scene.integrator.sign_typed(usage.typed_data(self.scene.ledger_domain))
        self.usages.reserve(usage, FAR, 10**9, Settlement.EPOCH, signature)
        shares = tuple(sorted((work, 400_000) for work in works))
        receipt = self.usages.number(usage, self.shelf.put(report_of(usage)).digest, shares)
        signed = self.scene.operator.sign_typed(receipt.typed_data(self.scene.ledger_domain))
        self.usages.complete(replace(receipt, signature=signed))
        return self.usages.find(pool, name).receipt

    def read_chain(self):
        self.scene.anvil.finalise()
        follow_with_documents(self.scene, self.database)

    def round(self):
        self.now += 10_000  # no pause lasts longer
        while self.commons.step() or self.keeper.step():
            pass
        self.scene.anvil.later(30)  # blocks that are mined at once are dated into the future
        while self.sender.step():
            self.scene.anvil.finalise()
        self.read_chain()

    def rounds(self, count=4):
        for _ in range(count):
            self.round()

    def close(self, pool):
        return self.closings.close(pool, 1)

    def finish(self, pool):
        """From the last receipt until it is final."""
        number = self.close(pool)
        self.rounds()
        self.scene.anvil.later(WINDOW)
        self.rounds(2)
        return number


def report_of(usage):
    return b'{"usage":{"deadline":%d,"id":"%s"}}' % (FAR, usage.usage_id.encode())


def open_staked_pool(scene, works, **changes):
    """A pool of a model that learned from `works`, with its bond put up."""
    dataset = scene.dataset("of the epochs", works)
    weights, algorithm = hash_of("weights of the epochs"), hash_of("algorithm")
    scene.send(scene.calls.register_model(weights, algorithm, [dataset]))
    model = model_id(scene.operator.address, weights, algorithm, [dataset])
    pool = scene.open_pool(model_id=model, window=WINDOW, **changes)
    stake(scene, pool)
    assert pool == pool_id(scene.params(model_id=model, window=WINDOW, **changes))
    return pool


def stake(scene, pool, bond=None):
    bond = bond or scene.params().bond
    scene.send(scene.calls.mint(scene.deployment.demo_token, scene.operator.address, bond))
    scene.send(scene.calls.approve(scene.deployment.demo_token, bond), scene.operator)
    scene.send(scene.calls.stake(pool, bond), scene.operator)
