"""Everything that can happen to epochs, on a real chain. The payouts of each hold one payee, so a proof has no siblings."""

from dataclasses import replace

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.ids import ZERO_ADDRESS, bytes32, raw
from creditline.royalties.epoch import Claim, Epoch, Fraud
from tests.chain.scene import hash_of, pool_id

WINDOW, DAY = 3600, 86_400
BOND = 1000


def only_payee(payee, amount):
    """Root of payouts that hold one payee."""
    content = keccak(abi_encode(["address", "uint128"], [payee, amount]))
    return bytes32(keccak(b"\2" + (1).to_bytes(8) + keccak(b"\0" + content)))


def rest_hash(epoch):
    kinds = ["bytes32", "bytes32", "uint128", "uint128", "uint40", "bytes32"]
    values = [
        raw(epoch.reports),
        raw(epoch.credits),
        epoch.revenue_before,
        epoch.revenue,
        epoch.cutoff,
        raw(epoch.data),
    ]
    return bytes32(keccak(abi_encode(kinds, values)))


def hash_of_epoch(epoch):
    head = [raw(epoch.payouts), epoch.payout_sum, raw(rest_hash(epoch))]
    return bytes32(keccak(abi_encode(["bytes32", "uint256", "bytes32"], head)))


class EpochPlay:
    """One pool, and moves in it. `epochs` by number, as they stand."""

    def __init__(self, scene, params, payee, *, ether=False):
        self.scene, self.params, self.payee, self.ether = scene, params, payee, ether
        self.id = pool_id(params)
        self.epochs = {}

    def put_up(self, call, who, amount):
        """A stake or a dispute, with the money for it."""
        scene = self.scene
        if not self.ether:
            scene.send(scene.calls.mint(self.params.token, who.address, amount))
            scene.send(scene.calls.approve(self.params.token, amount), who)
        scene.send(call, who)

    def stake(self, excess=0):
        amount = self.params.bond + excess
        self.put_up(self.scene.calls.stake(self.id, amount, ether=self.ether), self.scene.operator, amount)

    def post(self, revenue):
        said = self.scene.reader.pool(self.id)
        before, n = said["reported"] + said["pending"], said["epoch"] + 1
        total = (before + revenue) * self.params.creator_bps // 10_000
        epoch = Epoch(
            payouts=only_payee(self.payee.address, total), payout_sum=total, reports=hash_of(f"reports {n}"),
            credits=hash_of(f"credits {n}"), revenue_before=before, revenue=revenue,
            cutoff=self.scene.node.latest().time - 1, data=hash_of(f"data {n}"),
        )  # fmt: skip
        self.scene.send(self.scene.calls.post(self.id, n, epoch))
        self.epochs[n] = epoch
        return n

    def claim_of(self, n):
        epoch = self.epochs[n]
        return Claim(self.id, n, rest_hash(epoch), 1, self.payee.address, 0, epoch.payout_sum, b"")

    def dispute(self, who, excess=0):
        amount, reason = self.params.bond + excess, hash_of("why")
        self.put_up(self.scene.calls.dispute(self.id, amount, reason, ether=self.ether), who, amount)

    def challenge(self, who, n):
        """The operator signed two receipts for one index: that voids an epoch, whatever is in it."""
        scene = self.scene
        one = scene.receipt(self.id, n << 32, [])
        other = replace(one, report_hash=hash_of("another report"))
        signed = [scene.operator.sign_typed(each.typed_data(scene.ledger_domain)) for each in (one, other)]
        report = "(uint256,bytes32,bytes32,uint128,uint256,bytes32[],uint256)"
        evidence = abi_encode(
            [report, "bytes", report, "bytes"],
            [_report(one), raw(signed[0]), _report(other), raw(signed[1])],
        )
        epochs = (self.epochs[n], self.epochs.get(n - 1))
        scene.send(scene.calls.challenge(self.params, *epochs, Fraud.RECEIPT_DOUBLED, evidence), who)


def play_epochs(scene, **terms):
    """`terms` are those of the first pool. Returns two plays: one in which everything has happened, and one of ether whose first epoch is open."""
    calls, anvil = scene.calls, scene.anvil
    alice, bob = scene.person("alice"), scene.person("bob")
    arbiter, guardian = scene.person("arbiter"), scene.person("guardian")
    pool = EpochPlay(scene, scene.params(**terms), alice)
    assert scene.open_pool(**terms) == pool.id
    pool.stake(excess=5)
    pool.post(10_001)
    pool.dispute(bob, excess=2)
    scene.send(calls.rule(pool.id, valid=True), arbiter)
    anvil.later(WINDOW)
    scene.send(calls.claim(pool.claim_of(1)), bob)
    scene.send(calls.claim_fixed(pool.id, 0))
    pool.post(500)
    pool.dispute(scene.integrator)
    pool.challenge(bob, 2)
    pool.stake()
    pool.post(501)
    pool.dispute(bob)
    scene.send(calls.rule(pool.id, valid=False), arbiter)
    pool.stake()
    pool.post(502)
    pool.dispute(bob)
    anvil.later(14 * DAY + 1)
    scene.send(calls.lapse(pool.id), alice)
    pool.post(503)
    anvil.later(WINDOW)
    scene.send(calls.claim_to(pool.claim_of(2), bob.address), alice)
    scene.send(calls.claim_fixed(pool.id, 2))
    scene.send(calls.unstake(pool.id))
    scene.send(calls.pause(pool.id), guardian)
    scene.send(calls.resume(pool.id), guardian)
    scene.send(calls.withdraw_for(pool.params.token, bob.address))

    ether = EpochPlay(scene, scene.params(token=ZERO_ADDRESS, bond=BOND + 1), alice, ether=True)
    scene.send(calls.open(ether.params))
    scene.send(calls.fund(ether.id, 10**18, ether=True), scene.integrator)
    ether.stake(excess=7)
    ether.post(10**15 + 1)
    ether.dispute(bob, excess=3)
    return pool, ether


def _report(r):
    return (
        r.nonce, raw(r.usage.output_hash), raw(r.report_hash), r.usage.revenue, r.weights,
        [raw(work) for work in r.work_ids], r.deadline,
    )  # fmt: skip
