"""Contracts on a chain, and people who use them."""

import hashlib
from dataclasses import replace
from functools import cached_property

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.chain.calls import Call, Calls, Opening
from creditline.chain.deployment import deploy
from creditline.chain.direct import Direct
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.chain.reader import ChainReader
from creditline.ids import ZERO_ADDRESS, Bytes32, PoolId, WorkId, bytes32, dataset_id, model_id, work_id
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Receipt, Usage, reports_typed_data
from creditline.typed_data import ledger_domain, works_domain
from creditline.works.batch import compose_batch
from creditline.works.dataset import compose_dataset
from creditline.works.record import PictureFacts, WorkRecord
from creditline.works.terms import Terms
from tests.chain.anvil import CHAIN_ID, ROOT

FAR = 2**39  # a deadline that no test reaches
TERMS = Terms("CC-BY-4.0")


def hash_of(text) -> Bytes32:
    return bytes32(hashlib.sha256(str(text).encode()).digest())


def person(name) -> OperatorKey:
    return OperatorKey(hashlib.sha256(name.encode()).digest())


def record_of(creator, title):
    facts = PictureFacts(hash_of(title), hash_of(f"pixels {title}"), "image/png", 8, 8, "0" * 64, 100)
    return WorkRecord(creator.address, title, "An author", facts, TERMS, None)


class Shelf:
    """A library in memory. `hidden` digests are not to be had, as if no gateway had them yet."""

    def __init__(self):
        self.documents = {}
        self.hidden = set()

    def put(self, data):
        digest = bytes32(hashlib.sha256(data).digest())
        self.documents[digest] = data
        return digest

    def fetch(self, digest, limit):
        from creditline.errors import Missing

        if digest in self.hidden or digest not in self.documents:
            raise Missing("Not here.", "Try later.")
        assert len(self.documents[digest]) <= limit
        return self.documents[digest]


class Scene:
    """The contracts are deployed; `operator` runs a pool, `integrator` pays into it."""

    def __init__(self, anvil, url=None):
        self.anvil = anvil
        self.node = Node(url or anvil.url, CHAIN_ID)
        self.operator, self.integrator = person("operator"), person("integrator")
        self.shelf = Shelf()
        for who in (self.operator, self.integrator, person("deployer")):
            anvil.fund(who.address)
        path = anvil.folder / "deployment.json"
        self.deployment = deploy(self.node, person("deployer"), ROOT / "artifacts", path, demo_token=True)
        self.calls = Calls(self.deployment)
        self.reader = ChainReader(self.node, self.deployment)

    @property
    def domain(self):
        return works_domain(CHAIN_ID, self.deployment.works)

    @property
    def ledger_domain(self):
        return ledger_domain(CHAIN_ID, self.deployment.ledger)

    def send(self, call: Call, who=None):
        who = who or self.operator
        mined = Direct(self.node, who, poll_s=0.01).send(*call)
        assert mined.succeeded
        return mined

    def person(self, name):
        who = person(name)
        self.anvil.fund(who.address)
        return who

    def batch(self, creator, titles, payee=None):
        """A signed batch whose records and manifest are published."""
        records = [record_of(creator, title) for title in titles]
        for record in records:
            self.shelf.put(record.encode())
        batch = compose_batch(records, (payee or creator).address, FAR, b"salt")
        return batch.signed(creator.sign_typed(batch.typed_data(self.domain)))

    def anchor(self, batch):
        manifest = self.shelf.put(batch.manifest(self.domain))
        self.send(self.calls.anchor(batch.tree().root, len(batch.leaves), manifest))
        return manifest

    def materialise(self, batch, index):
        self.send(self.calls.materialise(Opening.of(batch, index)))
        return batch.leaves[index].work_id

    def register(self, creator, title, payee=None) -> WorkId:
        record = record_of(creator, title)
        self.shelf.put(record.encode())
        payee = (payee or creator).address
        content = record.facts.content_hash
        self.send(self.calls.register(content, record.digest(), TERMS.digest(), payee), creator)
        return work_id(creator.address, content)

    def dataset(self, name, works):
        dataset = compose_dataset(name, works)
        manifest = self.shelf.put(dataset.manifest())
        root, count = dataset.tree().root, len(works)
        self.send(self.calls.register_dataset(root, count, 1, manifest))
        return dataset_id(self.operator.address, root, count, 1, bytes.fromhex(manifest[2:]))

    @cached_property
    def model(self):
        dataset = self.dataset("first", [WorkId(hash_of("nobody's work"))])
        weights, algorithm = hash_of("weights"), hash_of("algorithm")
        self.send(self.calls.register_model(weights, algorithm, [dataset]))
        return model_id(self.operator.address, weights, algorithm, [dataset])

    def params(self, **changes):
        parties = {
            role: person(role).address
            for role in ("arbiter", "guardian", "developer", "compute", "treasury", "commons")
        }
        usual = PoolParams(
            token=self.deployment.demo_token, integrator=self.integrator.address, operator=self.operator.address,
            model_id=self.model, creator_bps=7000, developer_bps=1500, compute_bps=1000, window=3600, bond=1000, **parties,
        )  # fmt: skip
        return replace(usual, **changes)

    def open_pool(self, deposit=10**9, **changes) -> PoolId:
        params = self.params(**changes)
        self.send(self.calls.open(params))
        pool = pool_id(params)
        self.send(self.calls.mint(params.token, self.integrator.address, deposit))
        self.send(self.calls.approve(params.token, deposit), self.integrator)
        self.send(self.calls.fund(pool, deposit), self.integrator)
        return pool

    def open_ether_pool(self, deposit) -> PoolId:
        params = self.params(token=ZERO_ADDRESS)
        self.send(self.calls.open(params))
        self.send(self.calls.fund(pool_id(params), deposit, ether=True), self.integrator)
        return pool_id(params)

    def receipt(self, pool, nonce, shares, revenue=1_000_003):
        usage = Usage(pool, f"usage-{nonce}", hash_of(f"output {nonce}"), revenue)
        return Receipt(usage, nonce, hash_of("report"), tuple(sorted(shares)), FAR)

    def settle(self, *receipts):
        signed = self.operator.sign_typed(reports_typed_data(self.ledger_domain, receipts))
        return self.send(self.calls.settle_many(list(receipts), signed))


def pool_id(p) -> PoolId:
    kinds = ["address"] * 5 + ["bytes32"] + ["address"] * 4 + ["uint16"] * 3 + ["uint32", "uint96"]
    values = [
        p.token,
        p.integrator,
        p.operator,
        p.arbiter,
        p.guardian,
        bytes.fromhex(p.model_id[2:]),
        p.developer,
        p.compute,
    ]
    values += [p.treasury, p.commons, p.creator_bps, p.developer_bps, p.compute_bps, p.window, p.bond]
    return PoolId(bytes32(keccak(abi_encode(kinds, values))))
