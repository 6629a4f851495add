"""The contracts are open to everyone. What strangers write into them must not spoil the verdict on others."""

from dataclasses import replace

from creditline import audit, canonical
from creditline.audit import Check, Options, Outcome
from creditline.audit.sampling import Sampling
from creditline.ids import Bytes32
from tests.audit.contracts import TOKEN
from tests.audit.world import Person, World, sha


def verify(world, **options):
    return audit.verify(world.node, world.shelf, options=Options(**options))


def test_a_false_manifest_before_the_true_one_is_ignored():
    def run_ahead(scene):
        world, root = scene
        world.contracts.anchor(world.stranger.address, root, 9, sha(b"nothing"))
        world.contracts.anchor(world.stranger.address, root, 9, world.shelf.put(b"rubbish").digest)

    world = World({"before anchoring": run_ahead})
    verdict = verify(world)
    assert verdict.ok
    details = {step.detail for step in verdict.findings if step.name is Check.ANCHORS}
    assert details == {"2 false announcements of it are ignored"}


def test_a_true_manifest_announced_with_a_false_count_is_ignored():
    world = World()
    log = world.contracts.logs[world.contracts.index_of("Anchored")]
    world.contracts.anchor(world.stranger.address, log.args["root"], 9, log.args["manifest"])
    assert verify(world).findings == ()


def test_a_strangers_root_without_a_manifest_is_noted():
    world = World()
    world.contracts.anchor(world.stranger.address, sha(b"root"), 5, sha(b"nothing"))
    verdict = verify(world)
    assert verdict.ok
    (step,) = verdict.findings
    assert (step.name, step.outcome) == (Check.ANCHORS, Outcome.NOTED)
    assert step.detail.startswith("ignored, no pool in question rests on it: could not be checked")


def test_a_strangers_data_set_is_noted():
    world = World()
    world.contracts.register_dataset(world.stranger.address, sha(b"root"), 5, 1, sha(b"nothing"))
    verdict = verify(world)
    assert verdict.ok
    assert [step.name for step in verdict.findings] == [Check.DATASETS]


def test_a_strangers_batch_is_opened_only_as_far_as_something_rests_on_it():
    world = World()
    batch = world.compose(world.stranger, [world.record(world.stranger, title) for title in "abc"])
    signed = batch.signed(world.signature(batch, world.stranger))
    world.operator = world.stranger  # who anchors it himself
    root = world.anchor(signed)
    for leaf in signed.leaves:
        del world.shelf.documents[leaf.record_hash]
    verdict = verify(world)
    assert verdict.ok
    assert [(step.subject, step.detail) for step in verdict.findings] == [
        (f"batch {root}", "3 works in it, on which nothing rests, were not opened")
    ]


def test_a_pool_that_nobody_opened_is_not_passed_over():
    verdict = verify(World(), pools=frozenset({sha(b"no pool")}))
    assert verdict.first_wrong.detail == "it was never opened"


def test_a_strangers_work_without_a_record_is_noted():
    world = World()
    leaf = world.alices.leaves[0]
    leaf = replace(leaf, creator=world.stranger.address, record_hash=sha(b"nothing"))
    world.contracts.register(leaf)
    verdict = verify(world)
    assert verdict.ok
    assert [step.name for step in verdict.findings] == [Check.WORKS]


def test_a_strangers_pool_can_be_left_out():
    world = World()
    ours = frozenset({world.pool, world.ether})
    world.operator = Person("another operator")
    theirs = world.open(TOKEN, creatorBps=1)
    world.contracts.fund(theirs, 100, world.stranger.address)
    world.contracts.settle(theirs, 1, sha(b"image"), sha(b"nothing"), 100, [])
    everything, chosen = verify(world), verify(world, pools=ours)
    assert (everything.answer, everything.first_wrong.subject) == ("incomplete", f"image 1 of pool {theirs}")
    assert (chosen.answer, chosen.findings) == ("yes", ())


def test_a_pool_that_was_left_out_still_has_to_hold_its_money():
    world = World()
    world.node.storage["pool", world.ether] = {"direct": 0}
    verdict = verify(world, pools=frozenset({world.pool}))
    assert verdict.first_wrong.subject == f"pool {world.ether}"


def test_a_work_in_two_batches_is_the_first_ones():
    world = World()
    again = world.compose(world.alice, [world.record(world.alice, "dusk")])
    root = world.anchor(again.signed(world.signature(again, world.alice)))
    world.contracts.register(again.leaves[0], root)
    assert verify(world).findings == ()


def test_a_wallet_that_changed_its_keys_keeps_what_the_registry_accepted():
    world = World()
    rotated = world.bob.address
    asked = world.node.is_signed
    world.node.is_signed = lambda who, data, signature: who != rotated and asked(who, data, signature)
    verdict = verify(world)
    assert verdict.ok
    assert [step.subject for step in verdict.findings] == [f"batch {world.bobs_root}"]
    assert "does not hold today" in verdict.findings[0].detail


def test_what_follows_from_an_unread_manifest_is_not_called_wrong():
    world = World()
    logs = world.contracts.logs
    world.shelf.silent.add(logs[world.contracts.index_of("Anchored")].args["manifest"])
    world.contracts.logs = [log for log in logs if log.name in ("Anchored", "DatasetRegistered")]
    verdict = verify(world)
    assert (verdict.answer, verdict.wrong) == ("incomplete", 0)
    assert [step.name for step in verdict.findings] == [Check.ANCHORS, Check.DATASETS, Check.DATASETS]
    assert "may stand in a batch whose manifest could not be had" in verdict.findings[1].detail


def test_the_first_wrong_thing_is_named_before_what_could_not_be_checked():
    world = World()
    del world.shelf.documents[world.contracts.logs[0].args["manifest"]]
    world.node.storage["balance", TOKEN] = 0
    verdict = verify(world)
    assert verdict.answer == "no"
    assert verdict.first_wrong.name is Check.BALANCES
    assert verdict.findings[0].outcome is Outcome.UNCHECKED


def test_findings_stand_in_chain_order_and_are_bounded():
    world = World()
    for log in world.contracts.logs:
        if log.name == "Settled":
            del world.shelf.documents[log.args["reportHash"]]
    verdict = verify(world, findings_max=2)
    assert (verdict.unchecked, len(verdict.findings), verdict.omitted) == (5, 2, 3)
    assert verdict.first_wrong.place == min(step.place for step in verdict.findings)
    places = [step.place for step in verify(world).findings]
    assert places == sorted(places)


def test_more_works_than_allowed_are_not_read():
    verdict = verify(World(), works_max=5)
    assert verdict.answer == "incomplete"
    assert "Raise the limit" not in verdict.first_wrong.detail
    assert "works" in verdict.first_wrong.detail


def test_pictures_can_be_sampled_or_left_alone():
    world = World()
    assert Check.PICTURES not in verify(world, pictures=Sampling(0)).counts
    some = verify(world, pictures=Sampling(50, b"seed")).counts[Check.PICTURES][Outcome.OK]
    assert some == verify(world, pictures=Sampling(50, b"seed")).counts[Check.PICTURES][Outcome.OK]
    assert 0 < some < verify(world).counts[Check.PICTURES][Outcome.OK]


def test_hostile_text_stays_short_and_printable():
    def shout(data):
        document = canonical.decode(data)
        document["type"] = "\u202e\x07" + "A" * 5000
        return canonical.encode(document)

    world = World()
    record = world.record(world.alice, "loud")
    loud = shout(record.encode())
    batch = world.compose(world.alice, [record])
    leaf = replace(batch.leaves[0], record_hash=world.shelf.put(loud).digest)
    batch = replace(batch, leaves=(leaf,))
    world.anchor(batch.signed(world.signature(batch, world.alice)))
    step = verify(world).first_wrong
    assert step.detail.isprintable()
    assert len(step.detail) <= 400


def test_a_silent_gateway_is_not_a_lie():
    world = World()
    world.shelf.silent.update(Bytes32(digest) for digest in world.shelf.documents)
    verdict = verify(world)
    assert verdict.answer == "incomplete"
    assert verdict.wrong == 0
