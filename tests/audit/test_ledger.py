"""The replay against the contract's rule, written down twice: any history, the same balances."""

from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.audit.book import Book
from creditline.audit.ledger import ROLES
from creditline.audit.money import Money
from creditline.ids import ZERO_ADDRESS
from creditline.works.batch import Leaf
from tests.audit.contracts import TOKEN, Contracts
from tests.audit.world import Node, Person, sha

PEOPLE = [Person(f"person {number}").address for number in range(6)]

weights = st.lists(st.integers(1, 1_000_000), max_size=12).filter(lambda shares: sum(shares) <= 1_000_000)
settlement = st.tuples(st.just("settle"), st.integers(0, 2), st.integers(1, 2**90), weights)
payout = st.tuples(
    st.sampled_from(["claim", "withdraw", "refund", "move"]), st.integers(0, 2), st.integers(0, 20)
)
histories = st.lists(st.one_of(settlement, payout), max_size=30)


def opened(contracts):
    """Twelve works, one model, and three pools with terms of their own."""
    works = sorted(
        contracts.register(Leaf(PEOPLE[n % 6], sha(b"%d" % n), sha(b"r"), PEOPLE[n % 5], sha(b"s")))
        for n in range(12)
    )
    dataset = contracts.register_dataset(PEOPLE[0], sha(b"root"), 1, 1, sha(b"manifest"))
    model = contracts.register_model(PEOPLE[0], sha(b"weights"), sha(b"policy"), [dataset])
    roles = dict(zip(("developer", "compute", "treasury", "commons"), PEOPLE[:4], strict=True))
    pools = []
    for token, bps in ((TOKEN, (7000, 1500, 1000)), (TOKEN, (10_000, 0, 0)), (ZERO_ADDRESS, (1, 3333, 6666))):
        cut = dict(zip(("creatorBps", "developerBps", "computeBps"), bps, strict=True))
        people = {"integrator": PEOPLE[4], "operator": PEOPLE[5], "arbiter": PEOPLE[0]}
        params = {"token": token, **people, "modelId": model, **roles, **cut, "window": 0, "bond": len(pools)}
        pools.append(contracts.open(params))
        contracts.fund(pools[-1], 2**95, PEOPLE[4])
    return works, pools


def play(contracts, works, pools, history):
    for nonce, (act, which, amount, *rest) in enumerate(history):
        pool = pools[which]
        token = contracts.pools[pool]["token"]
        free = contracts.pools[pool]["deposited"] - contracts.pools[pool]["direct"]
        if act == "settle" and amount <= free:
            shares = list(zip(works, rest[0], strict=False))
            contracts.settle(pool, nonce, sha(b"%d" % nonce), sha(b"report"), amount, shares)
        elif act == "claim" and contracts.fixed_claimable(pool, amount % 4):
            contracts.claim_fixed(pool, amount % 4)
        elif act == "withdraw" and contracts.credits.get((token, PEOPLE[amount % 6])):
            contracts.withdraw(token, PEOPLE[amount % 6])
        elif act == "refund" and free:
            contracts.request_refund(pool, amount**20)
            if amount:
                contracts.refund(pool)
        elif act == "move":
            contracts.set_payee(works[amount % 12], PEOPLE[which])


@settings(max_examples=200, deadline=None)
@given(histories)
def test_any_history_replays_to_what_the_contract_stores(history):
    contracts, book = Contracts(), Book()
    play(contracts, *opened(contracts), history)
    steps = [book.apply(log) for log in contracts.logs]
    steps += Money(Node(contracts), book.ledger, book.ledger.pools).examine()
    assert [step for step in steps if not step.ok or step.detail] == []


@settings(max_examples=50, deadline=None)
@given(histories)
def test_the_book_owes_exactly_what_the_ledger_holds(history):
    contracts, book = Contracts(), Book()
    play(contracts, *opened(contracts), history)
    for log in contracts.logs:
        book.apply(log)
    for token in (TOKEN, ZERO_ADDRESS):
        assert book.ledger.owed(token) == contracts.balances[token]
    for pool in book.ledger.pools.values():
        fixed = sum(pool.claimable(role) + pool.paid[role] for role in range(len(ROLES)))
        assert pool.to_works + fixed == pool.settled
