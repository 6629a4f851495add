"""The deep check, with a toy engine that really looks at the bytes of the pictures."""

from creditline import audit
from creditline.attribution.shares import split
from creditline.audit import Check, Outcome
from creditline.errors import Busy
from tests.audit.world import World, attribute


def pixels(world, recompute=attribute):
    verdict = audit.verify(world.node, world.shelf, recompute=recompute)
    steps = [step for step in verdict.findings if step.name is Check.PIXELS]
    return verdict, {step.subject.split(" of ")[0]: step for step in steps}


def test_a_private_work_is_never_passed_over_in_silence():
    verdict, steps = pixels(World())
    assert (steps["image 1"].outcome, steps["image 1"].ok) == (Outcome.UNCHECKED, False)
    assert "cannot be recomputed: private work" in steps["image 1"].detail
    assert steps["image 2"].detail == "recomputed without 1 works, which are private"
    assert verdict.answer == "incomplete"


def test_a_public_world_recomputes_to_the_same_integers():
    verdict, steps = pixels(PublicWorld())
    assert steps == {}
    assert verdict.counts[Check.PIXELS] == {Outcome.OK: 7}
    assert verdict.answer == "yes"


def test_an_engine_that_finds_other_evidence_says_so():
    def flatter(picture, training, pictures, policy):
        document = attribute(picture, training, pictures, policy)
        for entry in document["works"]:
            entry["strength"] += 1
        return document

    _, steps = pixels(PublicWorld(), flatter)
    assert steps["image 1"].outcome is Outcome.WRONG
    assert "run again, the strength of work" in steps["image 1"].detail
    assert (
        "image 16069380442589902755419620923411626025222029937827928353013" not in steps
    )  # nothing was found there


def test_invented_evidence_is_found_by_running_again():
    """The report agrees with itself, with the chain and with the money. Only the picture does not agree."""

    def invent(document):
        works = document["works"]
        works[0]["support"] = [1000] * 4
        shares = split(document["grid"]["saliency"], {entry["work"]: entry["support"] for entry in works})
        for entry in works:
            entry["share"] = shares.shares[entry["work"]]
        document["unattributed"] = shares.unattributed
        return document

    world = PublicWorld({"report 4": invent})
    assert audit.verify(world.node, world.shelf).answer == "yes"
    verdict, steps = pixels(world)
    assert verdict.first_wrong == steps["image 4"]
    assert "the share of work" in steps["image 4"].detail


def test_an_engine_that_fails_proves_nothing():
    def fail(*_):
        raise Busy("The engine is busy.", "Wait.")

    verdict, steps = pixels(PublicWorld(), fail)
    assert verdict.wrong == 0
    assert steps["image 1"].detail == "could not be checked: the engine did not answer: The engine is busy."


def test_an_unread_record_is_not_mistaken_for_a_private_work():
    world = PublicWorld()
    del world.shelf.documents[world.bobs.leaves[0].record_hash]
    verdict, steps = pixels(world)
    assert verdict.wrong == 0
    assert f"The record of work {world.bobs.leaves[0].work_id}" in steps["image 2"].detail


def test_the_engine_gets_works_by_the_time_of_their_claim():
    seen = []

    def watch(picture, training, pictures, policy):
        seen.append([work.work_id for work in training.works])
        return attribute(picture, training, pictures, policy)

    world = PublicWorld()
    pixels(world, watch)
    alices = sorted(leaf.work_id for leaf in world.alices.leaves)
    bobs = sorted(leaf.work_id for leaf in world.bobs.leaves)
    assert seen[0] == [*alices, *bobs, world.works["meadow"]]


class PublicWorld(World):
    """Bob publishes his hill."""

    def record(self, person, title, *, public=True):
        return super().record(person, title)
