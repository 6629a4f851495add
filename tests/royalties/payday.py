"""An epoch town that also pays: claims, statements and disputes over its rows, and wallets that send ready transactions."""

from creditline.chain.calls import Call
from creditline.chain.ceilings import gas_ceiling
from creditline.chain.drafts import Drafts
from creditline.royalties.claims import Claims
from creditline.royalties.dispute import Court
from creditline.royalties.payout_reader import PayoutReader
from creditline.royalties.relay import Relay
from creditline.royalties.statement import Statements
from creditline.store.balances import Balances
from creditline.store.disputes import Disputes
from creditline.store.horizon import Horizon
from creditline.store.payouts import Payouts
from creditline.store.pools import Pools
from creditline.store.relays import Relays
from creditline.store.statements import Statements as Movements
from tests.royalties.epoch_town import EpochTown

GAS_PER_DAY = 10**9


class PayTown(EpochTown):
    def __init__(self, scene, database, *, gas_per_day=GAS_PER_DAY, steps=lambda _: None, **options):
        super().__init__(scene, database, **options)
        self.horizon = Horizon(database, lambda number: scene.node.block(number).time)
        drafts, payouts = Drafts(scene.calls), Payouts(database)
        self.today = 0
        self.relays = Relays(database, self.outbox.wake)
        self.reader = PayoutReader(payouts, self.published, checkpoint=steps)
        self.claims = Claims(
            payouts=payouts,
            balances=Balances(database),
            proofs=self.published,
            relay=Relay(self.relays, gas_ceiling, gas_per_day, clock=lambda: self.today),
            encode=drafts,
            horizon=self.horizon,
            checkpoint=steps,
        )
        self.statements = Statements(Movements(database), self.horizon)
        self.court = Court(
            Disputes(database), Pools(database), self.shelf, drafts, self.horizon,
            clock=lambda: scene.node.latest().time,
        )  # fmt: skip

    def read_chain(self):
        super().read_chain()
        self.reader.step()

    def send_relayed(self):
        while self.sender.step():
            self.scene.anvil.finalise()
        self.read_chain()

    def send_all(self, transactions, who):
        for each in transactions:
            self.scene.send(Call(each.to, each.data, each.value), who)
        self.read_chain()

    def due(self, who):
        return {each.pool_id: each.due for each in self.claims.claimable(who.address).due}

    def money(self, who):
        return self.scene.reader.balance(self.scene.deployment.demo_token, who.address)
