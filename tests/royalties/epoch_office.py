"""An epoch keeper with all of its own parts and a content store on disk, and a ledger that only knows how to take posts.

The ledger enters what it takes into the rows as the projector would. A block's number is its second.
"""

import random
from dataclasses import replace

from eth_abi.abi import decode
from sqlalchemy import insert, select, update

from creditline.chain.calls import Calls
from creditline.chain.drafts import Drafts
from creditline.content.embedded import EmbeddedStore
from creditline.content.library import ContentLibrary
from creditline.events import Event
from creditline.ids import bytes32
from creditline.royalties.epoch_keeper import EpochKeeper
from creditline.royalties.published import PublishedEpochs
from creditline.royalties.receipt import Usage
from creditline.royalties.reservation import Settlement
from creditline.store.chain_tables import cursors, dataset_works, events, model_datasets, payees, pools
from creditline.store.closings import Closings
from creditline.store.epoch_rows import HANDLERS
from creditline.store.event_log import FOLLOWER, PROJECTOR
from creditline.store.horizon import Horizon
from creditline.store.lost_epochs import LostEpochs
from creditline.store.outbox import Outbox
from creditline.store.pools import Pools
from creditline.store.posted_epochs import PostedEpochs
from creditline.store.service_tables import births, outbox
from creditline.store.usages import Usages
from tests.chain.scene import hash_of, person
from tests.royalties.market import DAY, DOMAIN, INTEGRATOR, OPERATOR, POOL, open_pool, work, write_works
from tests.royalties.settling import DEPLOYMENT

START = 2_000_000
WORKS = [f"work {number}" for number in range(4)]
DEADLINE = 10**10
_POST = ["bytes32", "uint256", "bytes32", "bytes32", "bytes32", "uint96", "uint40", "bytes32"]


class Office:
    """`checkpoint` is passed at every named step of a report and of the keeper."""

    def __init__(self, database, folder, checkpoint=lambda _: None, usages_max=100):
        self.database, self.checkpoint = database, checkpoint
        self.usages = Usages(database, lambda: START, usages_max)
        self.closings, horizon = Closings(database), Horizon(database, lambda number: number)
        self.epochs = PostedEpochs(database, horizon)
        self.library = ContentLibrary(EmbeddedStore(folder))
        self.published = PublishedEpochs(self.epochs, self.library, DOMAIN)
        self.keeper = EpochKeeper(
            closings=self.closings,
            lost=LostEpochs(database, OPERATOR.address),
            epochs=self.epochs,
            published=PublishedEpochs(self.epochs, self.library, DOMAIN),
            pools=Pools(database),
            library=self.library,
            write=lambda work: None,
            encode_post=Drafts(Calls(DEPLOYMENT)).post,
            horizon=horizon,
            domain=DOMAIN,
            epoch_seconds_max=10**6,
            clock=horizon,
            checkpoint=checkpoint,
        )

    def report(self, name, shares, revenue):
        usage = Usage(POOL, name, bytes32(hash_of(name)), revenue)
        signature = INTEGRATOR.sign_typed(usage.typed_data(DOMAIN))
        self.usages.reserve(usage, DEADLINE, 10**30, Settlement.EPOCH, signature)
        report = self.library.put(b'{"usage":{"deadline":%d}}' % DEADLINE)
        receipt = self.usages.number(usage, report.digest, shares)
        self.checkpoint("numbered")
        self.usages.complete(_signed(receipt))
        return receipt

    def has_receipt(self, name):
        found = self.usages.find(POOL, name)
        return found is not None and found.receipt is not None and found.receipt.signature != ""

    def close(self):
        return self.closings.close(POOL, START)

    def step_all(self):
        while self.keeper.step():
            pass


class Ledger:
    """Takes what is in the outbox of `database`. Time passes when it is told to."""

    def __init__(self, database):
        self.database = database

    def set_up(self):
        """A staked pool of a model that learned from `WORKS`."""
        open_pool(self.database, deposit=10**12)
        write_works(self.database, *WORKS)
        model, dataset, alice = hash_of("model"), hash_of("data set"), person("alice").address
        known = [
            {"work_id": work(name), "number": 1, "log_index": at, "payee": person(name).address, "since": 1}
            for at, name in enumerate(WORKS)
        ]
        rows = [
            {"dataset_id": dataset, "leaf_index": at, "work_id": work(name)} for at, name in enumerate(WORKS)
        ]
        with self.database.write() as connection:
            connection.execute(insert(payees), known)
            connection.execute(insert(dataset_works), rows)
            connection.execute(insert(model_datasets).values(model_id=model, position=0, dataset_id=dataset))
            for name in (FOLLOWER, PROJECTOR):
                connection.execute(insert(cursors).values(name=name, number=START, hash=hash_of("block")))
            connection.execute(update(births).values(born_at=0))
        self._emit("Staked", by=alice, excess=0)

    def now(self):
        with self.database.read() as connection:
            return connection.scalar(select(cursors.c.number).where(cursors.c.name == FOLLOWER))

    def later(self, seconds=DAY):
        with self.database.write() as connection:
            connection.execute(update(cursors).values(number=cursors.c.number + seconds))

    def take_posts(self):
        """What the contract does with each post, once. Returns how many it took."""
        taken = 0
        for entry in Outbox(self.database).queued(100):
            self.later(12)
            taken += self._take(entry)
        return taken

    def post(self, n, payouts, reports, credits_, revenue, cutoff, data):
        """As `RoyaltyLedger.post`; False where that reverts."""
        pool = self._pool()
        if n != pool.epoch + 1 or not pool.staked or self.now() < pool.valid_at:
            return False
        before = pool.reported + pool.pending
        epoch = {
            "payouts": _hex(payouts), "payoutSum": (before + revenue) * pool.creator_bps // 10_000,
            "reports": _hex(reports), "credits": _hex(credits_), "revenueBefore": before, "revenue": revenue,
            "cutoff": cutoff, "data": _hex(data),
        }  # fmt: skip
        self._emit("EpochPosted", n=n, epoch=epoch)
        return True

    def void(self):
        """A stranger's challenge; the operator puts its bond up again."""
        pool, mallory = self._pool(), person("mallory").address
        self._emit("EpochChallenged", n=pool.epoch, by=mallory, fraud=1)
        self._emit("EpochVoided", n=pool.epoch, revenue=pool.pending)
        self._emit("Staked", by=mallory, excess=0)

    def _take(self, entry):
        arguments = decode(_POST, entry.data[4:])
        stands = self.post(*arguments[1:])
        state = {"state": "final"} if stands else {"state": "failed", "reason": "EpochOutOfOrder"}
        with self.database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.key == entry.key).values(**state))
        return stands

    def _pool(self):
        with self.database.read() as connection:
            return connection.execute(select(pools).where(pools.c.id == POOL)).one()

    def _emit(self, name, **args):
        self.later(1)
        now = self.now()
        event = Event(
            "RoyaltyLedger", name, {"poolId": POOL, **args}, now, hash_of(now), now, hash_of("tx"), 0
        )
        row = {
            "block_hash": event.block_hash, "log_index": 0, "number": now, "time": now, "tx_hash": event.tx_hash,
            "contract": event.contract, "name": name, "args": event.args,
        }  # fmt: skip
        with self.database.project() as connection:
            connection.execute(insert(events).values(**row))
            HANDLERS[name](connection, event)


def usages_of(seed):
    """Between two and five usages: a name, shares of some of the works, and a revenue."""
    dice = random.Random(seed)
    made = []
    for number in range(dice.randint(2, 5)):
        paid = sorted(work(name) for name in dice.sample(WORKS, dice.randint(0, len(WORKS))))
        shares = tuple((each, dice.randint(1, 250_000)) for each in paid)
        made.append((f"usage-{seed}-{number}", shares, dice.randint(1, 10**6)))
    return made


def _signed(receipt):
    return replace(receipt, signature=OPERATOR.sign_typed(receipt.typed_data(DOMAIN)))


def _hex(data):
    return "0x" + data.hex()
