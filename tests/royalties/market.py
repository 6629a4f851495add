"""A pool with money in it, in a real database, and receipts out of it."""

from sqlalchemy import insert, update

from creditline.ids import WorkId, address, bytes32
from creditline.royalties.receipt import Receipt, Usage
from creditline.store.chain_tables import pools, settlements, works
from creditline.typed_data import ledger_domain
from tests.chain.scene import hash_of, person

POOL, OTHER = hash_of("pool"), hash_of("another pool")
LEDGER = address("0x" + "1e" * 20)
DOMAIN = ledger_domain(31337, LEDGER)
OPERATOR, INTEGRATOR = person("operator"), person("integrator")
DAY = 86_400


class Clock:
    """Unix seconds that a test moves."""

    def __init__(self):
        self.now = 1_000_000

    def __call__(self):
        return self.now


def open_pool(database, pool=POOL, *, deposit=100, window=DAY, operator=OPERATOR.address):
    roles = ("token", "arbiter", "guardian", "developer", "compute", "treasury", "commons")
    sums = ("bond", "settled", "unattributed", "reported", "pending", "paid_out", "refund_requested")
    times = ("refundable_at", "valid_at", "epoch", "paused_until")
    paid = ("paid_developer", "paid_compute", "paid_treasury", "paid_commons")
    row = {
        "id": pool, "integrator": INTEGRATOR.address, "operator": operator, "model_id": hash_of("model"),
        "creator_bps": 7000, "developer_bps": 1500, "compute_bps": 1000, "window": window,
        "ceiling": deposit, "staked": False, "opened_at": 1, "number": 1, "log_index": 0,
    }  # fmt: skip
    row |= dict.fromkeys(roles, person("somebody").address) | dict.fromkeys((*sums, *paid, *times), 0)
    with database.write() as connection:
        connection.execute(insert(pools).values(**row))


def write_works(database, *names):
    """Works that finalised blocks have in the registry."""
    text = dict.fromkeys(("creator", "owner", "payee"), person("alice").address)
    text |= dict.fromkeys(("content_hash", "record_hash", "terms_hash"), hash_of("any"))
    rest = {"registered_at": 1, "leaf_index": -1, "on_chain": True}
    with database.write() as connection:
        connection.execute(insert(works), [{"id": work(name), **text, **rest} for name in names])


def settled_on_chain(database, receipt, number=1):
    """A finalised block has settled it, whoever sent it."""
    row = {
        "pool_id": receipt.usage.pool_id, "nonce": receipt.nonce, "output_hash": receipt.usage.output_hash,
        "report_hash": receipt.report_hash, "revenue": receipt.usage.revenue, "creator_part": 0, "unattributed": 0,
        "tx_hash": hash_of("transaction"), "settled_at": 1, "number": number, "log_index": receipt.nonce % 1000,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(settlements).values(**row))
        of_pool = pools.c.id == receipt.usage.pool_id
        connection.execute(update(pools).where(of_pool).values(settled=receipt.usage.revenue))


def work(name) -> WorkId:
    return WorkId(hash_of(name))


def sign_receipts(usages, names, *, pool=POOL, pays=None, deadline=10**9):
    """One receipt of one unit for each name. All pay the work with the id `pays`, or the one that is called "work"."""
    receipts = []
    for name in names:
        usage = Usage(pool, str(name), bytes32(hash_of(f"{pool} {name}")), 1)
        reservation = usages.reserve(usage, deadline, 10**9)
        shares = ((pays or work("work"), 500_000),)
        receipts.append(Receipt(usage, reservation.nonce, hash_of("report"), shares, deadline, "0xaa"))
        usages.complete(receipts[-1])
    return receipts
