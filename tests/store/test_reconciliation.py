"""The book against the chain: one unit of difference is an alarm, wherever it is."""

import pytest
from sqlalchemy import insert, select

from creditline.chain.abi import interface
from creditline.chain.calls import Call
from creditline.ids import ZERO_ADDRESS
from creditline.royalties import accounts
from creditline.royalties.reconciliation import Reconciler
from creditline.store.book import Book
from creditline.store.chain_tables import movements
from creditline.store.event_log import EventLog
from tests.chain.epoch_story import play_epochs
from tests.store.following import follow


@pytest.fixture
def told(scene, database):
    plays = play_epochs(scene)
    scene.anvil.finalise()
    follow(scene, database)
    return plays


def reconciler(scene, database):
    return Reconciler(Book(database), scene.reader, scene.deployment.ledger, scene.operator.address)


def slip(database, token, source, target, amount=1):
    """A movement that balances, that an event stands behind, and that never happened."""
    with database.write() as connection:
        last = connection.execute(select(movements.c.number, movements.c.log_index)).all()[-1]
        place = {"number": last.number, "log_index": last.log_index, "position": 99}
        connection.execute(
            insert(movements).values(**place, token=token, source=source, target=target, amount=amount)
        )


def test_a_true_book_raises_no_alarm(scene, database, told):
    job = reconciler(scene, database)
    assert job.step()
    assert job.alarm == ""


@pytest.mark.parametrize(
    "account", ["deposit", "pending", "payouts", "stake", "bond", "role", "credit", "new"]
)
def test_one_unit_in_any_account_is_an_alarm(scene, database, told, account):
    pool = told[1].id
    bob, nobody = scene.person("bob").address, scene.person("nobody").address
    name = {
        "role": accounts.role(pool, 1),
        "credit": accounts.credit(ZERO_ADDRESS, bob),
        "new": accounts.credit(ZERO_ADDRESS, nobody),
    }.get(account) or getattr(accounts, account)(pool)
    job = reconciler(scene, database)
    job.step()
    slip(database, ZERO_ADDRESS, accounts.OUTSIDE, name)
    assert job.step()
    assert "of token 0x0000000000000000000000000000000000000000, and the book says" in job.alarm
    assert any(name in fault for fault in job._differences.values())


def test_money_that_left_the_ledger_is_an_alarm_and_a_gift_is_not(scene, database, told):
    token, ledger = scene.deployment.demo_token, scene.deployment.ledger
    job = reconciler(scene, database)
    scene.send(scene.calls.mint(token, ledger, 5))
    scene.anvil.finalise()
    follow(scene, database)
    assert job.step()
    assert job.alarm == ""
    scene.anvil.ask("anvil_impersonateAccount", ledger)
    scene.anvil.fund(ledger)
    data = interface("DemoYen").encode_call("transfer", [scene.person("thief").address, 6])
    scene.anvil.ask("eth_sendTransaction", {"from": ledger, "to": token, "data": "0x" + data.hex()})
    scene.anvil.finalise()
    follow(scene, database)
    assert job.step()
    held = scene.reader.balance(token, ledger)
    assert job.alarm.startswith(f"The ledger holds {held} of token {token}, and the book says {held + 1}")
    scene.send(Call(*scene.calls.mint(token, ledger, 1)))
    scene.anvil.finalise()
    follow(scene, database)
    job.step()
    assert job.alarm == "", "it goes once the same thing agrees again"


def test_rows_that_lag_are_not_compared(scene, database, told):
    job = reconciler(scene, database)
    EventLog(database).reset()
    assert not job.step()
    follow(scene, database)
    assert job.step()
    assert job.alarm == ""


def test_a_rebuild_from_another_chain_starts_the_sums_again(scene, database, told):
    book = Book(database)
    first = dict(book.sheet().balances)
    EventLog(database).reset()
    assert book.sheet() is None
    follow(scene, database)
    assert dict(book.sheet().balances) == first
