"""The three contracts as far as their logs and storage go: their rules, written down a second time, by hand."""

from dataclasses import dataclass, replace

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.ids import Bytes32, address, raw
from tests.audit.epoch_rules import EpochRules

WORKS, MODELS, LEDGER, TOKEN = (address("0x" + digit * 40) for digit in "1234")
NOBODY = Bytes32("0x" + "0" * 64)
BPS, PPM = 10_000, 1_000_000


@dataclass(frozen=True)
class Deployed:
    chain_id: int = 31337
    works: str = WORKS
    models: str = MODELS
    ledger: str = LEDGER


@dataclass(frozen=True)
class Log:
    contract: str
    name: str
    args: dict
    block_number: int
    block_time: int
    log_index: int
    tx_hash: str


def hashed(types, values):
    return "0x" + keccak(abi_encode(types, values)).hex()


class Contracts(EpochRules):
    """Every method is one transaction in a block of its own, twelve seconds after the last."""

    def __init__(self):
        self.logs = []
        self.now = 1_700_000_000
        self.anchored_at = {}
        self.payees = {}
        self.opt_outs = {}
        self.pools = {}
        self.credits = {}
        self.balances = {}
        self.epoch_hashes = {}
        self.claimed = {}
        self.disputes = {}

    def emit(self, contract, name, **args):
        self.now += 12
        number = 100 + len(self.logs)
        self.logs.append(Log(contract, name, args, number, self.now, 7, f"0x{number:064x}"))

    def rewrite(self, index, **args):
        """Make the node lie about one log."""
        log = self.logs[index]
        self.logs[index] = replace(log, args={**log.args, **args})

    def index_of(self, name, nth=0):
        return [place for place, log in enumerate(self.logs) if log.name == name][nth]

    # WorkRegistry

    def anchor(self, by, root, count, manifest):
        at = self.anchored_at.setdefault(root, self.now + 12)
        self.emit("WorkRegistry", "Anchored", root=root, by=by, count=count, manifest=manifest, at=at)

    def register(self, leaf, anchor=NOBODY):
        at = self.anchored_at[anchor] if anchor != NOBODY else self.now + 12
        work = hashed(["address", "bytes32"], [leaf.creator, raw(leaf.content_hash)])
        assert work not in self.payees
        self.payees[work] = leaf.payee
        self.emit("WorkRegistry", "WorkRegistered", workId=work, creator=leaf.creator,
                  contentHash=leaf.content_hash, recordHash=leaf.record_hash, payee=leaf.payee,
                  at=at, anchor=anchor)  # fmt: skip
        return work

    def set_payee(self, work, payee):
        self.payees[work] = payee
        self.emit("WorkRegistry", "PayeeSet", workId=work, payee=payee)

    def set_opt_out(self, work, *, out):
        self.emit("WorkRegistry", "TrainingOptOutSet", workId=work, out=out, at=self.now + 12)

    # ModelRegistry

    def register_dataset(self, by, root, count, cutoff, manifest):
        kinds = ["address", "bytes32", "uint64", "uint40", "bytes32"]
        name = hashed(kinds, [by, raw(root), count, cutoff, raw(manifest)])
        self.emit("ModelRegistry", "DatasetRegistered", datasetId=name, by=by, root=root, count=count,
                  cutoff=cutoff, manifest=manifest)  # fmt: skip
        return name

    def register_model(self, developer, weights, algorithm, datasets):
        kinds = ["address", "bytes32", "bytes32", "bytes32[]"]
        values = [developer, raw(weights), raw(algorithm), [raw(name) for name in datasets]]
        name = hashed(kinds, values)
        self.emit("ModelRegistry", "ModelRegistered", modelId=name, developer=developer, weightsHash=weights,
                  algorithmHash=algorithm, datasetIds=list(datasets))  # fmt: skip
        return name

    def prove_breach(self, dataset, work, index):
        self.emit("ModelRegistry", "OptOutBreached", datasetId=dataset, workId=work, index=index)

    # RoyaltyLedger

    def open(self, params):
        kinds = ["address"] * 5 + ["bytes32"] + ["address"] * 4 + ["uint16"] * 3 + ["uint32", "uint96"]
        values = [raw(value) if key == "modelId" else value for key, value in params.items()]
        name = hashed(kinds, values)
        self.pools[name] = {
            "operator": params["operator"], "creatorBps": params["creatorBps"],
            "developerBps": params["developerBps"], "computeBps": params["computeBps"],
            "window": params["window"], "ceiling": 0, "direct": 0, "token": params["token"],
            "unattributed": 0, "refundRequested": 0, "integrator": params["integrator"], "refundableAt": 0,
            "payTo": [params[role] for role in ("developer", "compute", "treasury", "commons")],
            "paid": [0, 0, 0, 0], "pausedUntil": 0, "paidOut": 0, "reported": 0, "pending": 0, "validAt": 0,
            "epoch": 0, "bond": params["bond"], "staked": False, "arbiter": params["arbiter"],
            "guardian": params["guardian"],
        }  # fmt: skip
        self.emit("RoyaltyLedger", "PoolOpened", poolId=name, params=params)
        return name

    def fund(self, pool, amount, sender):
        self.pools[pool]["ceiling"] += amount
        self._hold(pool, amount)
        self.emit("RoyaltyLedger", "Funded", poolId=pool, **{"from": sender}, received=amount)

    def settle(self, pool, nonce, output, report, revenue, shares):
        p = self.pools[pool]
        before, after = p["direct"], p["direct"] + revenue
        assert after <= p["ceiling"]
        part = after * p["creatorBps"] // BPS - before * p["creatorBps"] // BPS
        reached, attributed, weights = 0, 0, 0
        for place, (work, share) in enumerate(shares):
            reached += share
            amount = part * reached // PPM - attributed
            self.credit(pool, self.payees[work], amount)
            attributed += amount
            weights |= share << 20 * place
        p["direct"] = after
        p["unattributed"] += part - attributed
        self.emit("RoyaltyLedger", "Settled", poolId=pool, nonce=nonce, outputHash=output, reportHash=report,
                  revenue=revenue, creatorPart=part, weights=weights, workIds=[work for work, _ in shares],
                  unattributed=part - attributed)  # fmt: skip

    def fixed_claimable(self, pool, role):
        p = self.pools[pool]
        if role == 3:
            return p["unattributed"] - p["paid"][3]
        return (
            sum(self._role(p, gross, role) for gross in (p["direct"], self.final_revenue(pool)))
            - p["paid"][role]
        )

    @staticmethod
    def _role(p, gross, role):
        left = gross - gross * p["creatorBps"] // BPS
        of = BPS - p["creatorBps"]
        developer = left * p["developerBps"] // of if of else 0
        left, of = left - developer, of - p["developerBps"]
        compute = left * p["computeBps"] // of if of else 0
        return (developer, compute, left - compute)[role]

    def final_revenue(self, pool, late=0):
        p = self.pools[pool]
        return p["reported"] + (p["pending"] if self.now + late >= p["validAt"] else 0)

    def claim_fixed(self, pool, role):
        self.now += 12  # the second of the block that pays
        amount, p = self.fixed_claimable(pool, role), self.pools[pool]
        self.now -= 12
        p["paid"][role] += amount
        self._hold(pool, -amount)
        self.emit("RoyaltyLedger", "FixedClaimed", poolId=pool, role=role, to=p["payTo"][role], amount=amount)

    def withdraw(self, token, who):
        amount, self.credits[token, who] = self.credits[token, who], 0
        self.balances[token] -= amount
        self.emit("RoyaltyLedger", "Withdrawn", token=token, who=who, to=who, amount=amount)

    def request_refund(self, pool, amount):
        p = self.pools[pool]
        p["refundRequested"], p["refundableAt"] = amount, self.now + 12 + p["window"]
        due = p["refundableAt"]
        self.emit("RoyaltyLedger", "RefundRequested", poolId=pool, amount=amount, refundableAt=due)

    def refund(self, pool):
        p = self.pools[pool]
        amount = min(p["refundRequested"], p["ceiling"] - p["direct"])
        p["refundRequested"] = 0
        p["ceiling"] -= amount
        self._hold(pool, -amount)
        self.emit("RoyaltyLedger", "Refunded", poolId=pool, amount=amount)

    def credit(self, pool, who, amount):
        key = self.pools[pool]["token"], who
        self.credits[key] = self.credits.get(key, 0) + amount

    def _hold(self, pool, amount):
        token = self.pools[pool]["token"]
        self.balances[token] = self.balances.get(token, 0) + amount
