"""Every list in pages: nothing twice, nothing left out, and no cursor of another list."""

import base64
import json

import pytest

from creditline.errors import Invalid
from creditline.store.catalogue import Catalogue
from creditline.store.paging import LIMIT_MAX
from creditline.store.pools import Pools
from tests.chain.scene import person
from tests.store.following import follow_with_documents
from tests.store.postgres import opened


@pytest.fixture
def filled(scene, postgres):
    batch = scene.batch(person("alice"), [f"work {number}" for number in range(7)])
    scene.anchor(batch)
    bob = scene.person("bob")
    works = sorted(scene.register(bob, f"alone {number}") for number in range(2))
    pools = [scene.open_pool(), scene.open_pool(window=3601)]
    for nonce in range(3):
        scene.settle(scene.receipt(pools[0], nonce, [(work, 10) for work in works]))
    scene.anvil.finalise()
    database = opened(postgres.new_url())
    follow_with_documents(scene, database)
    yield database, pools[0]
    database.close()


def walk(ask, limit):
    items, cursor = [], None
    while True:
        page = ask(cursor, limit)
        assert len(page.items) <= limit
        items += page.items
        cursor = page.next
        if cursor is None:
            return items


def test_pages_of_any_size_show_everything_once(filled):
    database, pool = filled
    catalogue, pools = Catalogue(database), Pools(database)
    lists = {
        "works": lambda cursor, limit: catalogue.works(None, cursor, limit),
        "alice's": lambda cursor, limit: catalogue.works(person("alice").address, cursor, limit),
        "data sets": catalogue.datasets,
        "models": catalogue.models,
        "pools": pools.list,
        "settlements": lambda cursor, limit: pools.settlements(pool, cursor, limit),
    }
    counts = {}
    for name, ask in lists.items():
        whole = ask(None, LIMIT_MAX)
        assert whole.next is None
        counts[name] = len(whole.items)
        for limit in (1, 2, 3, 7):
            assert walk(ask, limit) == list(whole.items), name
    assert counts == {"works": 9, "alice's": 7, "data sets": 1, "models": 1, "pools": 2, "settlements": 3}
    times = [work.registered_at for work in catalogue.works(None, None, 200).items]
    assert times == sorted(times)


def spelled(values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "€", "AAAA", spelled(1), spelled([]), spelled([1, 2]), spelled([1, 2, 3]), spelled(["1", 2, "x"]),
     spelled([2**64, 1, "x"]), spelled([True, 1, "x"]), spelled({"a": 1}), "[" * 10_000],
)  # fmt: skip
def test_a_cursor_of_no_page_is_refused(tmp_path, cursor):
    database = opened(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(Invalid, match="cursor is of no page"):
        Catalogue(database).works(None, cursor, 10)
    database.close()


@pytest.mark.parametrize("limit", [-1, 0, 10**9])
def test_a_page_has_at_least_one_and_at_most_two_hundred_rows(tmp_path, limit):
    database = opened(f"sqlite:///{tmp_path}/a.db")
    assert Catalogue(database).works(None, None, limit).items == ()
    database.close()
