"""A small world in which everything is true: real keys, trees, documents and money. Tests bend one thing in it."""

import hashlib
from copy import deepcopy

from eth_account import Account

from creditline import canonical
from creditline.amounts import Terms as Cuts
from creditline.attribution import report as reports
from creditline.attribution.report import Finding, Region, Report, Subject
from creditline.attribution.shares import split
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.audit.documents import _spell
from creditline.errors import Corrupt, Missing, TooLarge, Unavailable
from creditline.ids import ZERO_ADDRESS, address, bytes32, raw
from creditline.library import Stored
from creditline.royalties.closing import Reported, Standing, close_epoch
from creditline.royalties.epoch import nonce_of
from creditline.royalties.epoch_document import EpochDocument
from creditline.royalties.leaves import Payout
from creditline.royalties.receipt import Receipt, Usage
from creditline.typed_data import ledger_domain, sign, signer_of, works_domain
from creditline.works.batch import compose_batch
from creditline.works.dataset import compose_dataset
from creditline.works.record import PictureFacts, WorkRecord
from creditline.works.terms import Terms
from tests.audit.contracts import LEDGER, TOKEN, WORKS, Contracts, Deployed
from tests.audit.epoch_rules import NO_DISPUTE

POLICY = bytes32(hashlib.sha256(b"policy").digest())
SALT_KEY = bytes(32)
DOMAIN = works_domain(31337, WORKS)


def sha(data):
    return bytes32(hashlib.sha256(data).digest())


def cid_of(data):
    return _spell(bytes.fromhex("01551220") + hashlib.sha256(data).digest())


class Person:
    def __init__(self, name):
        self.key = hashlib.sha256(name.encode()).digest()
        self.address = address(Account.from_key(self.key).address)


class Shelf:
    """A library in memory. It checks every hash, as all libraries must; `silent` names what no gateway answers for."""

    def __init__(self):
        self.documents = {}
        self.silent = set()

    def put(self, data):
        self.documents[sha(data)] = data
        return Stored(cid_of(data), sha(data))

    def fetch(self, digest, limit):
        if digest in self.silent:
            raise Unavailable(f"No gateway answers for {digest}.", "Try later.")
        if digest not in self.documents:
            raise Missing(f"Nobody has {digest}.", "Ask its author.")
        data = self.documents[digest]
        if len(data) > limit:
            raise TooLarge(f"{digest} has {len(data)} bytes.", "Raise the limit.")
        if sha(data) != digest:
            raise Corrupt(f"{digest} came back as something else.", "Ask another gateway.")
        return data


class Node:
    """What a node says of the contracts. `storage` overrides single answers, `wallets` are contracts."""

    def __init__(self, contracts):
        self.contracts = contracts
        self.deployment = Deployed()
        self.storage = {}
        self.wallets = set()
        self.base_pools = {}

    def events(self):
        return iter(self.contracts.logs)

    def is_signed(self, who, data, signature):
        return signer_of(data, signature) == who

    def has_code(self, who):
        return who in self.wallets

    def base_pool(self, who):
        return self.base_pools.get(who)

    def credit(self, token, who):
        return self.storage.get(("credit", who), self.contracts.credits.get((token, who), 0))

    def pool(self, pool_id):
        return {**self.contracts.pools[pool_id], **self.storage.get(("pool", pool_id), {})}

    @property
    def time(self):
        return self.contracts.now

    def epoch_hash(self, pool_id, n):
        kept = self.contracts.epoch_hashes.get((pool_id, n), "0x" + "0" * 64)
        return self.storage.get(("epoch", pool_id, n), kept)

    def claimed(self, pool_id, index):
        return self.storage.get(("claimed", pool_id, index), self.contracts.claimed.get((pool_id, index), 0))

    def dispute(self, pool_id):
        return self.contracts.disputes.get(pool_id, NO_DISPUTE) | self.storage.get(("dispute", pool_id), {})

    def fixed_claimable(self, pool_id, role):
        return self.storage.get(("fixed", role), self.contracts.fixed_claimable(pool_id, role))

    def token_balance(self, token, owner):
        assert owner == LEDGER
        return self.storage.get(("balance", token), self.contracts.balances.get(token, 0))


def attribute(picture, training, pictures, policy):
    """A toy engine: a picture is four parts, and a part shows the works whose bytes it holds, as far as they fill it."""
    parts = picture.split(b"|")
    found = {}
    for work in training.works:
        shown = pictures(work.content_hash)
        support = tuple(1000 * len(shown) // len(part) if shown in part else 0 for part in parts)
        if any(support):
            found[work.work_id] = (work, support)
    saliency = (250_000,) * 4
    shares = split(saliency, {name: support for name, (_, support) in found.items()})
    region = Region((0, 0, 1, 1), (0, 0, 1, 1))
    findings = tuple(
        Finding(name, work.dataset, work.index, shares.shares[name], "local", 10, 900, support, (region,))
        for name, (work, support) in sorted(found.items())
    )
    report = Report(
        picture=Subject(sha(picture), sha(b"pixels of " + picture), 2, 2),
        model=training.model,
        datasets=training.dataset_ids,
        policy=policy,
        engine={"creditline": "toy"},
        columns=2,
        rows=2,
        saliency=saliency,
        works=findings,
        unattributed=shares.unattributed,
        usage=None,
    )
    return reports.compose(report)


class World:
    """Three creators, two batches, two data sets, one model, a token pool and an ETH pool, five settled images.

    `lies` bend values on their way, by name: a function from what is true to what is said.
    """

    def __init__(self, lies=None):
        self.lies = lies or {}
        self.shelf = Shelf()
        self.contracts = Contracts()
        self.node = Node(self.contracts)
        for name in (
            "alice",
            "bob",
            "carol",
            "developer",
            "operator",
            "integrator",
            "stranger",
            "heir",
            "payee",
        ):
            setattr(self, name, Person(name))
        self.terms = Terms("CC0-1.0")
        self.pictures = {}
        self.works = {}
        self._register_works()
        self._train()
        self._earn()

    def bend(self, name, value):
        return self.lies.get(name, lambda true: true)(value)

    # works

    def record(self, person, title, *, public=True):
        data = f"<{title} by {person.address[:8]}>".encode()
        self.pictures[sha(data)] = data
        cid = self.shelf.put(data).cid
        facts = PictureFacts(sha(data), sha(b"pixels of " + data), "image/png", 2, 2, "ab" * 32, 100)
        return WorkRecord(person.address, title, "", facts, self.terms, cid if public else None)

    def publish(self, record):
        self.shelf.put(self.bend(f"record {record.title}", record.encode()))

    def compose(self, person, records, payee=None):
        for record in records:
            self.publish(record)
        deadline = self.contracts.now + 10_000
        return self.bend("batch", compose_batch(records, (payee or person).address, deadline, SALT_KEY))

    def signature(self, batch, person):
        return sign(batch.typed_data(DOMAIN), person.key)

    def anchor(self, batch):
        """Publish the manifest of a signed batch and anchor it, as the operator does for creators."""
        manifest = self.shelf.put(self.bend("manifest", batch.manifest(DOMAIN))).digest
        root = bytes32(batch.tree().root)
        self.bend("before anchoring", (self, root))
        count = self.bend("count", len(batch.leaves))
        self.contracts.anchor(self.operator.address, root, count, manifest)
        return root

    def batch(self, person, records, payee=None):
        batch = self.compose(person, records, payee)
        batch = batch.signed(self.signature(batch, person))
        return batch, self.anchor(batch)

    def _register_works(self):
        alices = [self.record(self.alice, title) for title in ("dawn", "noon", "dusk")]
        bobs = [self.record(self.bob, "river"), self.record(self.bob, "hill", public=False)]
        self.alices, self.alices_root = self.batch(self.alice, alices)
        self.bobs, self.bobs_root = self.batch(self.bob, bobs, self.payee)
        (self.outsider_batch, outsider_root) = self.batch(self.carol, [self.record(self.carol, "outsider")])
        single = self.record(self.carol, "meadow")
        self.publish(single)
        leaf = compose_batch([single], self.carol.address, 0, SALT_KEY).leaves[0]
        self.contracts.register(leaf)
        self.works["meadow"] = single.work_id
        for batch, root in (
            (self.alices, self.alices_root),
            (self.bobs, self.bobs_root),
            (self.outsider_batch, outsider_root),
        ):
            for leaf in batch.leaves:
                if leaf.record_hash != alices[2].digest():  # dusk stays in its batch
                    self.contracts.register(leaf, root)
        for record in (*alices, *bobs, single):
            self.works[record.title] = record.work_id
        self.works["outsider"] = self.outsider_batch.leaves[0].work_id

    # models

    def _train(self):
        cutoff = self.contracts.now
        names = (("dawn", "noon", "dusk", "river"), ("hill", "meadow", "dawn"))
        self.sets = {}
        for place, titles in enumerate(names):
            dataset = compose_dataset(f"set {place}", [self.works[title] for title in titles])
            dataset = self.bend(f"dataset {place}", dataset)
            manifest = self.shelf.put(self.bend(f"dataset manifest {place}", dataset.manifest())).digest
            root = self.bend("dataset root", "0x" + dataset.tree().root.hex())
            count = self.bend("dataset count", len(dataset.works))
            name = self.contracts.register_dataset(self.developer.address, root, count, cutoff, manifest)
            self.sets[name] = dataset
        self.datasets = sorted(self.sets)
        self.model = self.contracts.register_model(
            self.developer.address, sha(b"weights"), POLICY, self.datasets
        )

    def training(self):
        content = {
            leaf.work_id: raw(leaf.content_hash)
            for batch in (self.alices, self.bobs)
            for leaf in batch.leaves
        }
        content[self.works["meadow"]] = raw(sha(f"<meadow by {self.carol.address[:8]}>".encode()))
        rows = {}
        for name in self.datasets:
            for index, work in enumerate(self.sets[name].works):
                if work in content:
                    rows.setdefault(work, TrainedWork(work, name, index, content[work]))
        return TrainingSet(self.model, tuple(self.datasets), tuple(rows.values()))

    # money

    def open(self, token, **terms):
        shares = {"creatorBps": 7000, "developerBps": 1500, "computeBps": 1000, **terms}
        params = {
            "token": token,
            "integrator": self.integrator.address,
            "operator": self.operator.address,
            "arbiter": self.heir.address,
            "guardian": self.stranger.address,
            "modelId": self.model,
            "developer": self.developer.address,
            "compute": self.heir.address,
            "treasury": self.operator.address,
            "commons": self.carol.address,
            **shares,
            "window": 3600,
            "bond": 5,
        }
        return self.contracts.open(params)

    def drawing(self, *parts):
        """A generated picture: four parts, each showing the works named in it and as many bytes of noise."""
        known = {title: f"<{title} by {self._author(title).address[:8]}>".encode() for title in self.works}
        drawn = [b"".join(known.get(word, b"." * 12) for word in part.split()) for part in parts]
        return b"|".join(drawn)

    def settle(self, pool, nonce, revenue, picture):
        document = attribute(picture, self.training(), lambda name: self.pictures[bytes32(name)], POLICY)
        document["usage"] = {
            "pool": pool,
            "id": f"usage-{nonce}",
            "revenue": str(revenue),
            "nonce": str(nonce),
            "deadline": self.contracts.now + 1000,
            "picture": self.shelf.put(picture).cid,
        }
        document = self.bend(f"report {nonce}", deepcopy(document))
        data = self.bend(f"report bytes {nonce}", canonical.encode(document))
        report = self.shelf.put(data).digest
        shares = [(entry["work"], entry["share"]) for entry in document["works"]]
        shares = self.bend(f"shares {nonce}", shares)
        self.contracts.settle(pool, nonce, sha(picture), report, revenue, shares)

    def report_epoch(self, pool, *images):
        """Post the first epoch of a pool: a revenue and a picture for each report, published as an operator would."""
        terms, domain = self.contracts.pools[pool], ledger_domain(31337, LEDGER)
        reported = []
        for index, (revenue, picture) in enumerate(images):
            nonce = nonce_of(1, index)
            document = attribute(picture, self.training(), lambda name: self.pictures[bytes32(name)], POLICY)
            usage = Usage(pool, f"usage-{nonce}", sha(picture), revenue)
            document["usage"] = {
                "pool": pool, "id": usage.usage_id, "revenue": str(revenue), "nonce": str(nonce),
                "deadline": self.contracts.now + 1000, "picture": self.shelf.put(picture).cid,
            }  # fmt: skip
            report = self.shelf.put(canonical.encode(document)).digest
            shares = tuple((entry["work"], entry["share"]) for entry in document["works"])
            places = tuple((entry["dataset"], entry["index"]) for entry in document["works"])
            receipt = Receipt(usage, nonce, report, shares, self.contracts.now + 1000)
            reported.append(Reported(receipt, sign(usage.typed_data(domain), self.integrator.key), places))
        closing = close_epoch(
            1,
            reported,
            before=Standing(0, (Payout(self.carol.address, 0),)),
            terms=Cuts(terms["creatorBps"], terms["developerBps"], terms["computeBps"]),
            cutoff=self.contracts.now + 11,
            payee_of=self.contracts.payees,
        )
        data = self.shelf.put(EpochDocument(domain, pool, closing).encode()).digest
        posted = closing.epoch(data)
        self.contracts.post(pool, posted.revenue, (posted.payouts, posted.reports, posted.credits, data))

    def _earn(self):
        contracts = self.contracts
        self.pool = self.open(TOKEN)
        self.ether = self.open(ZERO_ADDRESS, creatorBps=3333, developerBps=3333)
        contracts.fund(self.pool, 1_000_003, self.integrator.address)
        contracts.fund(self.ether, 10**18 + 1, self.stranger.address)
        self.settle(self.pool, 1, 100_001, self.drawing("dawn", "noon noise", "river hill", "noise"))
        self.settle(self.pool, 2, 33, self.drawing("dawn river noise", "dawn", "meadow", "noon"))
        contracts.set_payee(self.works["dawn"], self.heir.address)
        self.settle(self.pool, 3, 7, self.drawing("dawn", "river", "noise", "noise noise"))
        self.settle(self.ether, 1 << 200, 10**17 + 3, self.drawing("noise", "noise noise", "noise", "noise"))
        contracts.claim_fixed(self.pool, 0)
        contracts.claim_fixed(self.pool, 3)
        contracts.withdraw(TOKEN, self.payee.address)
        contracts.stake(self.ether, self.operator.address, excess=3)
        self.report_epoch(
            self.ether, (10**16, self.drawing("dawn noise", "river", "noise", "meadow")), (1, b"noise alone")
        )
        contracts.request_refund(self.pool, 500_000)
        contracts.now += 3600
        contracts.refund(self.pool)
        self.settle(self.pool, 4, 399_900, self.drawing("river", "river river", "meadow", "river"))

    def _author(self, title):
        return {"river": self.bob, "hill": self.bob, "meadow": self.carol, "outsider": self.carol}.get(
            title, self.alice
        )
