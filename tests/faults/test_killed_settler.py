"""A settler that is killed anywhere, over and over, carries each receipt in one living transaction."""

import pytest
from sqlalchemy import select

from creditline.royalties.settlement import LAST_ATTEMPT, Progress
from creditline.store.database import Database
from creditline.store.service_tables import outbox, usages
from creditline.store.usages import Usages
from tests.faults.killing import killed_at
from tests.royalties.market import OTHER, POOL, Clock, sign_receipts, write_works
from tests.royalties.settling import Settling

REFUSED = "refused"


def prepare(url):
    database = Database(url)
    database.migrate()
    write_works(database, "work")
    book = Usages(database, Clock())
    for pool in (POOL, OTHER):
        sign_receipts(book, range(6), pool=pool)
    sign_receipts(book, [REFUSED])
    database.close()


def settle_until_done(url):
    """What a fresh process does, with a chain that refuses one receipt, until it comes to rest."""

    def work(checkpoint):
        database = Database(url)
        town = Settling(database, Clock(), checkpoint)
        for _ in range(LAST_ATTEMPT + 2):
            town.step()
            checkpoint("stepped")
            town.fail_all(REFUSED.__eq__)
            checkpoint("failed")

    return work


def assert_each_is_carried_once(url):
    database = Database(url)
    carried = select(usages.c.usage_id, usages.c.failed_at, outbox.c.state).join_from(
        usages, outbox, outbox.c.key == usages.c.settle_key
    )
    with database.read() as connection:
        rows = connection.execute(carried).all()
        alive = connection.scalars(select(outbox.c.key).where(outbox.c.state != "failed")).all()
        used = connection.scalars(select(usages.c.settle_key).distinct()).all()
    assert len(rows) == 13
    assert {row.usage_id for row in rows if row.state == "failed"} == {REFUSED}
    assert all((row.failed_at is None) == (row.usage_id != REFUSED) for row in rows)
    assert set(alive) <= set(used), "no call is sent that carries nothing"
    expected = Progress(waiting=0, sent=12, settled=0, failed=1)
    assert Settling(database, Clock()).settler.progress() == expected
    database.close()


@pytest.mark.parametrize("step", ["encode", "stepped", "failed"])
def test_every_receipt_is_carried_once_when_every_life_ends_one_step_further(tmp_path, step):
    url = f"sqlite:///{tmp_path}/creditline.db"
    prepare(url)
    lives = 0
    while killed_at(step, settle_until_done(url), skip=lives):
        lives += 1
    assert lives >= 1
    assert_each_is_carried_once(url)
