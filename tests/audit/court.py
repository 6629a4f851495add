"""Epochs on a real chain: a pool with a stake, three works, and receipts; tests spoil an epoch before it is posted."""

from dataclasses import replace

from creditline.amounts import Terms
from creditline.audit.registry import ModelEntry
from creditline.audit.step import Place
from creditline.audit.trial import PostedEpoch, Trial
from creditline.ids import bytes32, raw
from creditline.royalties.closing import Reported, Standing, close_epoch
from creditline.royalties.epoch import nonce_of
from creditline.royalties.leaves import Payout
from creditline.royalties.receipt import Receipt, Usage
from creditline.typed_data import ledger_domain
from creditline.works.dataset import compose_dataset
from tests.chain.anvil import CHAIN_ID
from tests.chain.scene import FAR, hash_of

WINDOW, BOND, DEPOSIT = 3600, 1001, 10**9
DATA = bytes32(b"\x0d" * 32)


class Facts:
    """What the court knows of the registries: it registered everything itself."""

    def __init__(self, payees, works):
        self.payees, self.works = payees, works
        self.used = set()

    def payee_at(self, work, second):
        return self.payees.get(work)

    def works_of(self, dataset):
        return self.works[dataset]

    def nonce_used(self, nonce):
        return nonce in self.used

    def has_code(self, who):
        return False


class Court:
    def __init__(self, scene):
        self.scene = scene
        creators = [scene.person(f"creator {i}") for i in range(3)]
        works = [scene.register(who, f"work {i}") for i, who in enumerate(creators)]
        self.works = sorted(works)
        self.stranger_work = scene.register(creators[0], "never trained on")
        self.dataset = scene.dataset("training set", works)
        self.place = {work: at for at, work in enumerate(compose_dataset("training set", works).works)}
        self.weights, self.algorithm = hash_of("weights"), hash_of("algorithm")
        scene.send(scene.calls.register_model(self.weights, self.algorithm, [self.dataset]))
        self.model = ModelEntry(
            self._model_id(),
            scene.operator.address,
            self.weights,
            self.algorithm,
            (self.dataset,),
            Place(0, 0),
        )
        self.params = scene.params(model_id=self.model.id, window=WINDOW, bond=BOND)
        self.pool = scene.open_pool(DEPOSIT, model_id=self.model.id, window=WINDOW, bond=BOND)
        self.stake()
        payees = {work: who.address for work, who in zip(works, creators, strict=True)}
        payees[self.stranger_work] = creators[0].address
        self.facts = Facts(payees, {self.dataset: list(self.place)})
        self.domain = ledger_domain(CHAIN_ID, scene.deployment.ledger)
        self.terms = self.params.terms
        self.standing = Standing(0, (Payout(self.params.commons, 0),))
        self.earlier = []

    def _model_id(self):
        from creditline.ids import model_id

        return model_id(self.scene.operator.address, self.weights, self.algorithm, [self.dataset])

    def stake(self):
        calls, operator = self.scene.calls, self.scene.operator
        self.scene.send(calls.mint(self.params.token, operator.address, BOND))
        self.scene.send(calls.approve(self.params.token, BOND))
        self.scene.send(calls.stake(self.pool, BOND))

    def reported(self, number, index, name, revenue=1_000_003, shares=None):
        """A receipt with everything that belongs to it, signed by both."""
        usage = Usage(self.pool, f"usage-{name}", hash_of(f"output {name}"), revenue)
        signature = self.scene.integrator.sign_typed(usage.typed_data(self.domain))
        shares = tuple(zip(self.works, shares or (500_000, 250_000, 100_000), strict=False))
        receipt = Receipt(usage, nonce_of(number, index), hash_of(f"report {name}"), shares, FAR)
        receipt = replace(receipt, signature=self.scene.operator.sign_typed(receipt.typed_data(self.domain)))
        return Reported(receipt, signature, tuple((self.dataset, self.place[work]) for work, _ in shares))

    def close(self, *reported, number=1):
        cutoff = int(self.scene.anvil.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) - 1
        return close_epoch(
            number,
            reported,
            before=self.standing,
            terms=Terms(self.terms.creator_bps, self.terms.developer_bps, self.terms.compute_bps),
            cutoff=cutoff,
            payee_of=self.facts.payees,
        )

    def post(self, closing, **changes):
        """Post it, right or wrong, and put it on trial. The contract says what the payouts have to be."""
        epoch = closing.epoch(DATA)
        revenue = changes.get("revenue", epoch.revenue)
        due = (closing.revenue_before + revenue) * self.terms.creator_bps // 10_000
        epoch = replace(epoch, revenue=revenue, payout_sum=due)
        self.scene.send(self.scene.calls.post(self.pool, closing.number, epoch))
        return self.trial(PostedEpoch(closing.number, epoch, closing))

    def trial(self, posted, receipts=()):
        return Trial(
            self.pool, self.params, self.domain, self.model, posted, tuple(self.earlier), self.facts, receipts
        )

    def accept(self, trial):
        """Let the window pass, so that the next epoch builds on it."""
        self.earlier.append(trial.posted)
        self.standing = Standing(
            trial.posted.epoch.revenue_before + trial.posted.epoch.revenue, trial.closing.payouts
        )
        self.scene.anvil.later(WINDOW + 1)

    def challenge(self, trial, objection):
        """One call of a stranger. Raises where the contract refuses it."""
        previous = trial.previous.epoch if trial.previous else None
        call = self.scene.calls.challenge(
            self.params, trial.posted.epoch, previous, objection.fraud, objection.evidence
        )
        return self.scene.send(call, self.scene.person("a stranger"))

    def epoch_hash(self, number):
        signature = "0x" + b"epochHash(bytes32,uint256)".hex()
        selector = self.scene.anvil.ask("web3_sha3", signature)[:10]
        data = selector + raw(self.pool).hex() + number.to_bytes(32).hex()
        return self.scene.anvil.ask("eth_call", {"to": self.scene.deployment.ledger, "data": data}, "latest")
