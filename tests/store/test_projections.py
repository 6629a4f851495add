"""Rows against the contracts they follow from, and against themselves: the same however and whenever they are made."""

import random
import threading
from dataclasses import replace

import pytest

from creditline.chain.follower import Follower
from creditline.errors import Corrupt
from creditline.events import Event
from creditline.store.balances import Balances
from creditline.store.catalogue import Catalogue
from creditline.store.database import Database
from creditline.store.documents import DocumentLoader
from creditline.store.event_log import EventLog
from creditline.store.pools import Pools
from creditline.store.projections import Projector
from creditline.store.work_rows import load_batch
from creditline.works.terms import Terms, Training
from tests.chain.anvil import until
from tests.chain.epoch_story import play_epochs
from tests.chain.scene import hash_of
from tests.store.following import Clock, documents_of, follow, follow_with_documents, load_all, rows_of
from tests.store.postgres import opened


@pytest.fixture
def story(scene):
    """Everything that can happen, on one chain; `scene.told` remembers what the tests ask about."""
    alice, bob, carol = (scene.person(name) for name in ("alice", "bob", "carol"))
    first = scene.batch(alice, ["one", "two", "three"], payee=carol)
    scene.anchor(first)
    scene.anchor(first)
    scene.send(scene.calls.anchor(first.tree().root, 3, scene.shelf.put(b"a false manifest")))
    again = scene.batch(alice, ["three", "four"])
    scene.anchor(again)
    lonely = scene.register(bob, "five", payee=carol)
    works = [scene.materialise(first, 0), scene.materialise(first, 2), lonely]
    late = (
        scene.materialise(again, 0) if again.leaves[0].work_id not in works else scene.materialise(again, 1)
    )
    pools = [scene.open_pool(), scene.open_pool(creator_bps=3333)]

    def settle(nonce, pool, *shares, revenue=1_000_003):
        scene.settle(scene.receipt(pool, nonce, shares, revenue))

    settle(0, pools[0], (works[0], 333_333), (works[2], 500_001))
    settle(0, pools[1], (works[0], 1_000_000))
    scene.send(scene.calls.set_payee(works[0], bob.address), alice)
    settle(2**32 - 1, pools[0], (works[0], 1), (late, 2), revenue=7)
    settle(3, pools[0])
    token = scene.deployment.demo_token
    scene.send(scene.calls.withdraw_for(token, carol.address))
    settle(4, pools[0], (works[2], 77), revenue=10**8)
    for role in (0, 1, 2, 3):
        scene.send(scene.calls.claim_fixed(pools[0], role))
    scene.send(scene.calls.request_refund(pools[1], 1000), scene.integrator)
    scene.anvil.later(3600)
    scene.send(scene.calls.refund(pools[1]), scene.integrator)
    scene.send(scene.calls.request_refund(pools[0], 5), scene.integrator)
    scene.send(scene.calls.set_training_opt_out(works[2], out=True), bob)
    scene.send(scene.calls.set_training_opt_out(works[2], out=False), bob)
    scene.send(scene.calls.set_training_opt_out(works[1], out=True), alice)
    scene.send(
        scene.calls.set_terms(works[2], scene.shelf.put(Terms("MIT", Training.FORBIDDEN).encode())), bob
    )
    scene.send(scene.calls.offer_rights(works[2], alice.address), bob)
    scene.send(scene.calls.accept_rights(works[2]), alice)
    scene.send(scene.calls.offer_rights(works[0], carol.address), alice)
    scene.dataset("spring", works)
    scene.anvil.finalise()
    scene.told = {"works": works, "pools": pools, "people": [alice, bob, carol], "late": late}
    return scene


def test_rows_say_what_the_contracts_say(story, database):
    follow_with_documents(story, database)
    reader, token = story.reader, story.deployment.demo_token
    balances, pools, catalogue = Balances(database), Pools(database), Catalogue(database)
    for who in story.told["people"]:
        assert balances.find(token, who.address).claimable == reader.credit(token, who.address)
    assert [each.claimable for each in balances.owed(1)] == [
        max(reader.credit(token, who.address) for who in story.told["people"])
    ]
    for id_ in story.told["pools"]:
        pool, chain = pools.find(id_), reader.pool(id_)
        assert (pool.ceiling, pool.settled, pool.unattributed, pool.refund_requested) == (
            chain["ceiling"], chain["direct"], chain["unattributed"], chain["refundRequested"],
        )  # fmt: skip
    row = next(row for row in rows_of(database)["pools"] if row[0] == story.told["pools"][0])
    assert set(reader.pool(row[0])["paid"]) <= set(row)
    for id_ in [*story.told["works"], story.told["late"]]:
        work, chain = catalogue.work(id_), reader.work(id_)
        assert (work.owner, work.payee, work.registered_at, work.opted_out_at or 0) == (
            chain["owner"], chain["payee"], chain["registeredAt"], chain["optedOutAt"],
        )  # fmt: skip
        assert work.on_chain


def test_settlements_show_every_share_and_sum_to_the_revenue(story, database):
    follow_with_documents(story, database)
    page = Pools(database).settlements(story.told["pools"][0], None, 10)
    assert [each.nonce for each in page.items] == [0, 2**32 - 1, 3, 4]
    for each in page.items:
        assert sum(amount for _, _, amount, _ in each.shares) + each.unattributed == each.creator_part
    assert [share for _, share, _, _ in page.items[0].shares] == [333_333, 500_001] or [
        share for _, share, _, _ in page.items[0].shares
    ] == [500_001, 333_333]
    assert page.items[2].shares == ()


def test_works_of_batches_are_shown_before_they_are_on_chain(story, database):
    follow_with_documents(story, database)
    catalogue = Catalogue(database)
    page = catalogue.works(None, None, 200)
    assert {work.title for work in page.items} == {"one", "two", "three", "four", "five"}
    unwritten = [work for work in page.items if not work.on_chain]
    assert len(unwritten) == 1
    assert all(work.index is not None and work.anchor for work in page.items if work.title != "five")
    five = next(work for work in page.items if work.title == "five")
    assert (five.anchor, five.index, five.licence, five.training) == (None, None, "MIT", Training.FORBIDDEN)
    (dataset,) = [each for each in catalogue.datasets(None, 10).items if each.name == "spring"]
    listed = catalogue.dataset_works(dataset.id)
    assert [position for position, _ in listed] == [0, 1, 2]
    assert [work.id for _, work in listed] == sorted(story.told["works"])
    (model,) = catalogue.models(None, 10).items
    assert catalogue.model(model.id) == model
    assert model.datasets[0] in {each.id for each in catalogue.datasets(None, 10).items}
    assert catalogue.dataset(dataset.id) == dataset
    assert (
        catalogue.dataset(hash_of("none"))
        is catalogue.model(hash_of("none"))
        is catalogue.work(hash_of("none"))
        is None
    )


def test_rows_are_the_same_on_both_databases_and_after_a_rebuild(story, postgres, tmp_path):
    play_epochs(story, creator_bps=5000)
    story.anvil.finalise()
    databases = [opened(f"sqlite:///{tmp_path}/a.db"), opened(postgres.new_url())]
    snapshots = []
    for database in databases:
        follow_with_documents(story, database)
        snapshots.append(rows_of(database))
        EventLog(database).reset()
        assert not any(rows_of(database).values())
        follow_with_documents(story, database)
        snapshots.append(rows_of(database))
        database.close()
    assert all(each == snapshots[0] for each in snapshots)
    assert all(rows for name, rows in snapshots[0].items() if name != "breaches")


@pytest.mark.parametrize("seed", range(4))
def test_rows_do_not_depend_on_when_documents_come(story, tmp_path, seed):
    """Each document appears at a random moment; ranges are cut at random places."""
    usual = opened(f"sqlite:///{tmp_path}/usual.db")
    follow_with_documents(story, usual)
    dice, clock = random.Random(seed), Clock()
    database = opened(f"sqlite:///{tmp_path}/random.db")
    loader = DocumentLoader(database, documents_of(story), clock=clock)
    story.shelf.hidden = set(story.shelf.documents)

    def some_appear():
        appear = dice.sample(sorted(story.shelf.hidden), k=min(2, len(story.shelf.hidden)))
        story.shelf.hidden -= set(appear)
        clock.now += dice.randrange(100)
        loader.step()

    follow(story, database, span=dice.randrange(1, 6), after_each=some_appear)
    story.shelf.hidden = set()
    load_all(loader, clock)
    assert rows_of(database) == rows_of(usual)
    usual.close()
    database.close()


def test_a_projector_whose_log_is_emptied_beneath_it_looks_again(story, database):
    follow(story, database)
    log, projector, rows = EventLog(database), Projector(database), rows_of(database)
    stale = log.after(-1, 1)[0]
    assert not projector._project(None, stale), "others have gone on since"
    log.reset()
    assert not projector._project(None, stale), "the log no longer holds it"
    assert not any(rows_of(database).values())
    follow(story, database)
    assert rows_of(database) == rows


def test_an_event_that_this_version_does_not_know_stops_the_projector(scene, database):
    log, projector = EventLog(database), Projector(database)
    event = Event("WorkRegistry", "Invented", {}, 5, hash_of("b"), 1, hash_of("t"), 0)
    log.extend(None, [event], (5, hash_of("b")))
    with pytest.raises(Corrupt, match="does not know the event"):
        projector.step()
    with pytest.raises(Corrupt):
        projector.run(threading.Event())
    assert not any(rows for name, rows in rows_of(database).items() if name != "events")


def test_a_settlement_that_does_not_add_up_stops_the_projector(story, tmp_path):
    honest, log = opened(f"sqlite:///{tmp_path}/a.db"), []
    follow(story, honest)
    for block in EventLog(honest).after(-1, 10_000):
        for event in block:
            wrong = {**event.args, "unattributed": event.args.get("unattributed", 0) + 1}
            log.append(replace(event, args=wrong) if event.name == "Settled" else event)
    database = opened(f"sqlite:///{tmp_path}/b.db")
    EventLog(database).extend(None, log, (10**6, hash_of("b")))
    with pytest.raises(Corrupt, match="does not add up"):
        Projector(database).step()
    honest.close()
    database.close()


def test_threads_follow_by_themselves_and_stop_when_told(story, url):
    database, stop = opened(url), threading.Event()
    log = EventLog(database)
    loops = [
        Follower(story.node, story.deployment, log, poll_s=0.02).run,
        Projector(database, wake=log._changed, poll_s=0.02).run,
        DocumentLoader(database, documents_of(story), poll_s=0.02).run,
    ]
    threads = [threading.Thread(target=loop, args=(stop,)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        watcher = Catalogue(Database(url))
        until(lambda: len(watcher.works(None, None, 10).items) == 5, "five works")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    database.close()
    watcher._database.close()


def test_a_batch_that_loads_while_its_works_are_registered_undoes_nothing(scene, database):
    """The loader reads rows and writes them back: whatever registers a work in between has to wait."""
    batch = scene.batch(scene.person("alice"), ["one"])
    scene.anchor(batch)
    scene.anvil.finalise()
    follow(scene, database)
    work = scene.materialise(batch, 0)
    scene.anvil.finalise()
    Follower(scene.node, scene.deployment, EventLog(database)).step()
    projector = threading.Thread(target=Projector(database).step)
    documents = documents_of(scene)
    with database.project() as connection:
        load_batch(connection, manifest_of(scene, batch), documents.batch(manifest_of(scene, batch)))
        projector.start()
        projector.join(0.3)
        assert projector.is_alive(), "it waits its turn"
    projector.join()
    load_all(DocumentLoader(database, documents))
    assert Catalogue(database).work(work).on_chain


def manifest_of(scene, batch):
    return scene.shelf.put(batch.manifest(scene.domain))
