"""The replay against the contract's rule, written down twice: any history, the same balances."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditline.amounts import cut_total
from creditline.audit.account import ROLES
from creditline.audit.book import Book
from creditline.audit.money import Money
from creditline.ids import ZERO_ADDRESS
from creditline.works.batch import Leaf
from tests.audit.contracts import TOKEN, Contracts
from tests.audit.epoch_rules import DAY
from tests.audit.world import Node, Person, sha

PEOPLE = [Person(f"person {number}").address for number in range(6)]

weights = st.lists(st.integers(1, 1_000_000), max_size=12).filter(lambda shares: sum(shares) <= 1_000_000)
settlement = st.tuples(st.just("settle"), st.integers(0, 2), st.integers(1, 2**90), weights)
payout = st.tuples(
    st.sampled_from(["claim", "withdraw", "refund", "move"]), st.integers(0, 2), st.integers(0, 20)
)
posting = st.tuples(st.just("post"), st.integers(0, 2), st.integers(1, 2**90))
turn = st.tuples(
    st.sampled_from(
        ["stake", "unstake", "challenge", "dispute", "rule", "pay", "pay", "pause", "wait", "wait"]
    ),
    st.integers(0, 2),
    st.integers(0, 2**90),
)
histories = st.lists(st.one_of(settlement, payout, posting, turn), max_size=40)


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
        people = {
            "integrator": PEOPLE[4],
            "operator": PEOPLE[5],
            "arbiter": PEOPLE[0],
            "guardian": ZERO_ADDRESS,
        }
        params = {
            "token": token,
            **people,
            "modelId": model,
            **roles,
            **cut,
            "window": 3600,
            "bond": 1 + 2 * len(pools),
        }
        pools.append(contracts.open(params))
        contracts.fund(pools[-1], 2**95, PEOPLE[4])
    return works, pools


def post(contracts, pool, amount):
    free = contracts.pools[pool]["ceiling"] - contracts.pools[pool]["direct"]
    if contracts.can_post(pool) and amount <= free:
        contracts.post(pool, amount)


def stake(contracts, pool, amount):
    if not contracts.pools[pool]["staked"]:
        contracts.stake(pool, PEOPLE[amount % 6], amount % 4)


def unstake(contracts, pool, _):
    if contracts.pools[pool]["staked"] and not contracts.is_pending(pool):
        contracts.unstake(pool)


def challenge(contracts, pool, amount):
    if contracts.is_pending(pool):
        contracts.challenge(pool, PEOPLE[amount % 6])


def dispute(contracts, pool, amount):
    if contracts.is_pending(pool) and pool not in contracts.disputes:
        contracts.dispute(pool, PEOPLE[amount % 6], amount % 3)


def rule(contracts, pool, amount):
    """For the epoch, against it, or not in time."""
    if pool not in contracts.disputes:
        return
    late = contracts.now + 12 > contracts.disputes[pool]["ruleBy"]
    if late or amount % 3 == 0:
        contracts.now = max(contracts.now, contracts.disputes[pool]["ruleBy"])
        contracts.lapse(pool)
    else:
        contracts.rule(pool, valid=amount % 3 == 1)


def pay(contracts, pool, amount):
    left = contracts.royalties_left(pool)
    if left:
        contracts.claim_royalties(pool, amount % 3, PEOPLE[amount % 3], 1 + amount % left)


def pause(contracts, pool, amount):
    until, today = contracts.pools[pool]["pausedUntil"], (contracts.now + 12) // DAY
    if until == 0 or today + 14 >= until + 28:
        contracts.pause(pool)
    elif amount % 2:
        contracts.resume(pool)


def wait(contracts, _pool, amount):
    contracts.now += amount % (3 * DAY)


TURNS = {act.__name__: act for act in (post, stake, unstake, challenge, dispute, rule, pay, pause, wait)}


def play(contracts, works, pools, history):
    for nonce, (act, which, amount, *rest) in enumerate(history):
        pool = pools[which]
        token = contracts.pools[pool]["token"]
        free = contracts.pools[pool]["ceiling"] - contracts.pools[pool]["direct"]
        if act in TURNS:
            TURNS[act](contracts, pool, amount)
        elif act == "settle" and (contracts.now + 12) // DAY < contracts.pools[pool]["pausedUntil"]:
            continue
        elif act == "settle" and amount <= free:
            shares = list(zip(works, rest[0], strict=False))
            contracts.settle(pool, nonce, sha(b"%d" % nonce), sha(b"report"), amount, shares)
        elif act == "claim" and contracts.fixed_claimable(pool, amount % 4):
            contracts.claim_fixed(pool, amount % 4)
        elif act == "withdraw" and contracts.credits.get((token, PEOPLE[amount % 6])):
            contracts.withdraw(token, PEOPLE[amount % 6])
        elif act == "refund" and free:
            contracts.request_refund(pool, amount**20)
            if amount:
                contracts.now += 3600
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
@example([("stake", 2, 0), ("post", 2, 1), ("refund", 0, 1), ("post", 2, 1)])  # an epoch that became final
def test_the_book_owes_exactly_what_the_ledger_holds(history):
    contracts, book = Contracts(), Book()
    play(contracts, *opened(contracts), history)
    for log in contracts.logs:
        book.apply(log)
    for token in (TOKEN, ZERO_ADDRESS):
        assert book.ledger.owed(token) == contracts.balances[token]
    for pool in book.ledger.pools.values():
        fixed = sum(pool.claimable(role, 0) + pool.paid[role] for role in range(len(ROLES)))
        epochs = cut_total(pool.reported, pool.params.terms)
        final = epochs.developer + epochs.compute + epochs.treasury
        assert pool.to_works + fixed == pool.settled + final
