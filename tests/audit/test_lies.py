"""One lie at a time. The verdict must name it, and name it before anything that follows from it."""

from dataclasses import replace

import pytest

from creditline import audit, canonical
from creditline.audit import Check, Outcome
from creditline.ids import ZERO_ADDRESS
from creditline.works.dataset import Dataset
from creditline.works.terms import Terms, Training
from tests.audit.contracts import TOKEN
from tests.audit.world import Person, World, sha


def first_wrong(world):
    verdict = audit.verify(world.node, world.shelf)
    assert not verdict.ok
    assert verdict.first_wrong in verdict.findings
    return verdict.first_wrong


def assert_names(world, check, subject, detail, outcome=Outcome.WRONG):
    step = first_wrong(world)
    assert (step.name, step.outcome) == (check, outcome), step
    assert subject in step.subject, step
    assert detail in step.detail, step
    return step


def edit(*path):
    """A lie that sets one field, deep in a document, by a function of what stands there."""
    *way, change = path

    def lie(document):
        inner = document
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = change(inner[way[-1]])
        return document

    return lie


def rewritten(name, change, nth=0):
    """A world whose node lies about one log."""
    world = World()
    index = world.contracts.index_of(name, nth)
    world.contracts.rewrite(index, **change(world, world.contracts.logs[index].args))
    return world


# batches and works


def test_manifest_signed_by_another():
    world = World()
    batch = world.compose(world.alice, [world.record(world.alice, "taken")])
    root = world.anchor(batch.signed(world.signature(batch, world.stranger)))
    assert_names(world, Check.ANCHORS, root, f"not signed by {world.alice.address}")


def test_manifest_whose_deadline_was_changed_after_signing():
    world = World()
    batch = world.compose(world.alice, [world.record(world.alice, "late")])
    root = world.anchor(replace(batch.signed(world.signature(batch, world.alice)), deadline=2**40))
    assert_names(world, Check.ANCHORS, root, "not signed by")


def test_manifest_of_another_batch():
    seen = []

    def swap(data):
        seen.append(data)
        return seen[0]

    world = World({"manifest": swap})
    assert_names(world, Check.ANCHORS, world.bobs_root, "another batch")


def test_batch_anchored_after_its_deadline():
    world = World({"batch": lambda batch: replace(batch, deadline=1)})
    assert_names(world, Check.ANCHORS, world.alices_root, "deadline of 1")


def test_batch_announced_with_another_count():
    world = World({"count": lambda count: count + 1})
    assert_names(world, Check.ANCHORS, world.alices_root, "announced with 4 works and its manifest holds 3")


def test_manifest_that_is_not_canonical():
    world = World({"manifest": lambda data: data + b" "})
    assert_names(world, Check.ANCHORS, world.alices_root, "not canonical")


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"works":7}', b"\xff\xfe", b"[" * 100_000])
def test_manifest_that_is_rubbish(data):
    world = World({"manifest": lambda _: data})
    step = first_wrong(world)
    assert (step.name, step.subject) == (Check.ANCHORS, f"batch {world.alices_root}")


def test_record_of_another_picture():
    def repaint(data):
        document = canonical.decode(data)
        document["content_hash"] = sha(b"something else")
        return canonical.encode(document)

    world = World()
    record = world.record(world.alice, "repainted")
    bent = repaint(record.encode())
    world.shelf.put(bent)
    dawn = world.alices.leaves[0]
    forged = replace(world.alices, leaves=(replace(dawn, record_hash=sha(bent)), *world.alices.leaves[1:]))
    world.anchor(forged.signed(world.signature(forged, world.alice)))
    assert_names(world, Check.WORKS, dawn.work_id, "its record is of another picture")


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("creator", Person("stranger").address, "names another creator"),
        ("price", 1, "holds something that a record does not have"),
    ],
)
def test_record_that_says_more_or_other(field, value, detail):
    world = World()
    dawn = world.alices.leaves[0]
    document = canonical.decode(world.shelf.documents[dawn.record_hash])
    bent = canonical.encode({**document, field: value})
    forged = replace(world.alices, leaves=(replace(dawn, record_hash=world.shelf.put(bent).digest),))
    world.anchor(forged.signed(world.signature(forged, world.alice)))
    assert_names(world, Check.WORKS, dawn.work_id, detail)


def test_record_with_other_terms():
    world = World()
    dawn = world.alices.leaves[0]
    forged = replace(world.alices, leaves=(replace(dawn, terms_hash=sha(b"all rights reserved")),))
    world.anchor(forged.signed(world.signature(forged, world.alice)))
    assert_names(world, Check.WORKS, dawn.work_id, "its record has other terms")


def test_record_that_nobody_has():
    world = World({"record noon": lambda _: b"lost"})
    assert_names(world, Check.WORKS, world.works["noon"], "Nobody has", Outcome.UNCHECKED)


def test_picture_that_is_another():
    world = World()
    record = world.record(world.alice, "swapped")
    other = world.shelf.put(b"another picture")
    world.batch(world.alice, [replace(record, picture=other.cid)])
    assert_names(world, Check.PICTURES, record.work_id, f"the picture {other.cid} has another hash")


def test_picture_whose_cid_is_not_of_a_file():
    world = World()
    record = replace(world.record(world.alice, "nowhere"), picture="b" + "a" * 58)
    world.batch(world.alice, [record])
    assert_names(world, Check.PICTURES, record.work_id, "is not the CID of a file")


@pytest.mark.parametrize("cid", ["", "b", "Qmnot", "bafy", "bafkrei" + "a" * 500, "\u202e"])
def test_picture_whose_cid_is_none(cid):
    world = World()
    dawn = world.alices.leaves[0]
    document = canonical.decode(world.shelf.documents[dawn.record_hash])
    bent = canonical.encode({**document, "picture": cid})
    forged = replace(world.alices, leaves=(replace(dawn, record_hash=world.shelf.put(bent).digest),))
    world.anchor(forged.signed(world.signature(forged, world.alice)))
    assert_names(world, Check.WORKS, dawn.work_id, "not named by a CID")


def test_work_on_chain_that_its_batch_does_not_hold():
    world = World()
    opened = world.contracts.index_of("WorkRegistered", 1)
    world.contracts.rewrite(opened, recordHash=sha(b"another record"))
    subject = world.contracts.logs[opened].args["workId"]
    assert_names(world, Check.WORKS, subject, "not what its batch says")


def test_work_on_chain_whose_id_is_made_up():
    world = rewritten("WorkRegistered", lambda *_: {"workId": sha(b"mine")})
    assert_names(world, Check.WORKS, sha(b"mine"), "does not follow")


def test_work_dated_before_its_anchor():
    world = rewritten("WorkRegistered", lambda _, args: {"at": args["at"] - 1}, nth=1)
    assert_names(world, Check.WORKS, "work", "not dated by its batch")


# data sets and models


def test_dataset_manifest_of_another_set():
    seen = []

    def swap(data):
        seen.append(data)
        return seen[0]

    world = World({"dataset manifest 0": swap, "dataset manifest 1": lambda _: seen[0]})
    second = world.contracts.logs[world.contracts.index_of("DatasetRegistered", 1)]
    assert_names(world, Check.DATASETS, second.args["datasetId"], "manifest is that of another data set")


def test_dataset_with_another_count():
    world = World({"dataset count": lambda count: count + 1})
    assert_names(world, Check.DATASETS, "data set", "registered with 5 works and its manifest holds 4")


def test_dataset_with_another_root():
    world = World({"dataset root": lambda _: sha(b"root")})
    assert_names(world, Check.DATASETS, "data set", "manifest is that of another data set")


def test_dataset_of_a_work_that_nobody_claimed():
    stray = sha(b"a picture from the net")

    def add(dataset):
        return Dataset(dataset.name, tuple(sorted((*dataset.works, stray))))

    world = World({"dataset 0": add})
    assert_names(world, Check.DATASETS, "data set", f"work {stray}, neither registered nor in a signed batch")


def test_dataset_that_breaches_an_opt_out():
    world = _with_a_breach()
    assert_names(
        world, Check.DATASETS, "data set", f"nobody has proved on chain: work {world.works['meadow']}"
    )


def test_a_breach_proved_on_chain_is_known_and_told():
    world = _with_a_breach()
    name = world.contracts.logs[world.contracts.index_of("DatasetRegistered", 2)].args["datasetId"]
    world.contracts.prove_breach(name, world.works["meadow"], 0)
    verdict = audit.verify(world.node, world.shelf)
    assert verdict.ok
    assert "it breaches opt-outs, proved on chain" in verdict.findings[0].detail


def test_breach_proved_at_another_place():
    world = _with_a_breach()
    name = world.contracts.logs[world.contracts.index_of("DatasetRegistered", 2)].args["datasetId"]
    world.contracts.prove_breach(name, world.works["meadow"], 1)
    assert_names(world, Check.DATASETS, name, "which does not stand at 1")


def test_an_opt_out_after_the_cutoff_breaches_nothing():
    world = World()
    world.contracts.set_opt_out(world.works["meadow"], out=True)
    assert audit.verify(world.node, world.shelf).findings == ()


def test_a_work_whose_terms_forbid_training_is_told():
    world = World()
    world.terms = Terms("All rights reserved", Training.FORBIDDEN)
    reserved = world.record(world.alice, "reserved")
    world.batch(world.alice, [reserved])
    _train_on(world, reserved.work_id)
    verdict = audit.verify(world.node, world.shelf)
    assert verdict.ok
    assert (
        verdict.findings[0].detail == f"it holds works whose terms forbid training: work {reserved.work_id}"
    )


def test_model_of_an_unknown_dataset():
    world = World()
    del world.contracts.logs[world.contracts.index_of("DatasetRegistered")]
    assert_names(world, Check.MODELS, world.model, "was never registered")


# settled images


def test_changed_byte_of_a_report():
    world = World()
    report = world.contracts.logs[world.contracts.index_of("Settled", 1)].args["reportHash"]
    world.shelf.documents[report] = world.shelf.documents[report].replace(b"usage-2", b"usage-3")
    assert_names(world, Check.SETTLEMENTS, "image 2", "came back as something else", Outcome.UNCHECKED)


def test_missing_report():
    world = World()
    del world.shelf.documents[world.contracts.logs[world.contracts.index_of("Settled")].args["reportHash"]]
    assert_names(world, Check.SETTLEMENTS, "image 1", "could not be checked: Nobody has", Outcome.UNCHECKED)


def test_report_that_is_not_canonical():
    world = World({"report bytes 2": lambda data: data.replace(b'{"columns', b'{ "columns')})
    assert_names(world, Check.SETTLEMENTS, "image 2", "not canonical")


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b'{"works":[{}]}', b"\xff", b"[" * 100_000])
def test_report_that_is_rubbish(data):
    world = World({"report bytes 2": lambda _: data})
    assert_names(world, Check.SETTLEMENTS, "image 2", "")


def test_report_of_another_output():
    world = World({"report 2": edit("picture", "content_hash", lambda _: sha(b"another image"))})
    assert_names(world, Check.SETTLEMENTS, "image 2", "its report is of another picture")


def test_report_of_another_model():
    world = World({"report 2": edit("model", lambda _: sha(b"model"))})
    assert_names(world, Check.SETTLEMENTS, "image 2", "another model")


def test_report_by_another_policy():
    world = World({"report 2": edit("policy", lambda _: sha(b"generous"))})
    assert_names(world, Check.SETTLEMENTS, "image 2", "follows the policy")


def test_report_that_looked_at_fewer_data_sets():
    def narrow(document):
        document["datasets"] = [entry["dataset"] for entry in document["works"]][:1]
        document["works"] = [e for e in document["works"] if e["dataset"] == document["datasets"][0]]
        document["unattributed"] = 1_000_000 - sum(entry["share"] for entry in document["works"])
        return document

    world = World({"report 1": narrow})
    assert_names(world, Check.SETTLEMENTS, "image 1", "does not look at the data sets")


@pytest.mark.parametrize(
    ("field", "value"),
    [("pool", "0x" + "00" * 32), ("nonce", "3"), ("nonce", 2), ("revenue", "32"), ("revenue", None)],
)
def test_report_of_another_usage(field, value):
    world = World({"report 2": edit("usage", field, lambda _: value)})
    assert_names(world, Check.SETTLEMENTS, "image 2", f"its report says {field}")


@pytest.mark.parametrize("deadline", [1, "soon", None])
def test_report_settled_after_its_deadline(deadline):
    world = World({"report 2": edit("usage", "deadline", lambda _: deadline)})
    assert_names(world, Check.SETTLEMENTS, "image 2", "after the deadline")


@pytest.mark.parametrize("usage", [None, {}])
def test_report_without_a_usage(usage):
    def strip(document):
        document.pop("usage")
        return document if usage is None else {**document, "usage": usage}

    world = World({"report 2": strip})
    assert_names(world, Check.SETTLEMENTS, "image 2", "its report says pool")


def test_share_moved_to_another_work():
    def move(document):
        document["works"][0]["share"] += 1000
        document["works"][1]["share"] -= 1000
        return document

    world = World({"report 2": move})
    assert_names(world, Check.SETTLEMENTS, "image 2", "and the evidence gives")


def test_share_taken_from_nobody():
    def take(document):
        document["works"][0]["share"] += document["unattributed"]
        document["unattributed"] = 0
        return document

    world = World({"report 1": take})
    assert_names(world, Check.SETTLEMENTS, "image 1", "and the evidence gives")


def test_shares_that_do_not_add_up():
    world = World({"report 1": edit("unattributed", lambda share: share - 1)})
    assert_names(world, Check.SETTLEMENTS, "image 1", "do not add up")


def test_weights_other_than_the_reports_shares():
    def shift(shares):
        (one, more), (other, less), *rest = shares
        return [(one, more + 1), (other, less - 1), *rest]

    world = World({"shares 2": shift})
    assert_names(world, Check.SETTLEMENTS, "image 2", "other weights than the shares")


def test_works_other_than_the_reports():
    world = World()
    others = sorted([world.works["hill"], world.works["outsider"]])
    world = World({"shares 1": lambda _: [(work, 1000) for work in others]})
    assert_names(world, Check.SETTLEMENTS, "image 1", "pays other works than its report names")


def test_work_outside_the_training_set():
    world = World()
    outsider = world.works["outsider"]

    def slip(document):
        document["works"][0]["work"] = outsider
        document["works"].sort(key=lambda entry: entry["work"])
        return document

    world = World({"report 2": slip})
    assert_names(world, Check.SETTLEMENTS, "image 2", f"pays work {outsider}, which does not stand at")


@pytest.mark.parametrize("index", [3, 2**53 - 1])
def test_wrong_index(index):
    world = World(
        {"report 3": edit("works", 0, "index", lambda true: index if index > 3 else (true + 1) % 4)}
    )
    assert_names(world, Check.SETTLEMENTS, "image 3", "which does not stand at")


def test_generated_picture_that_is_gone():
    world = World()
    event = world.contracts.logs[world.contracts.index_of("Settled", 2)]
    del world.shelf.documents[event.args["outputHash"]]
    assert_names(world, Check.PICTURES, "image 3", "could not be checked", Outcome.UNCHECKED)


def test_generated_picture_that_is_another():
    world = World()
    other = world.shelf.put(b"a nicer picture").cid
    bent = World({"report 3": edit("usage", "picture", lambda _: other)})
    bent.shelf.put(b"a nicer picture")
    assert_names(bent, Check.PICTURES, "image 3", "has another hash")


def test_same_output_twice_is_told_and_not_wrong():
    world = World()
    world.settle(world.pool, 9, 5, world.drawing("dawn", "river", "noise", "noise noise"))
    verdict = audit.verify(world.node, world.shelf)
    assert verdict.ok
    assert [step.detail for step in verdict.findings] == ["the same picture was settled before, as image 3"]


# amounts


def test_the_same_nonce_twice():
    world = World()
    world.settle(world.pool, 2, 5, world.drawing("noise", "noise", "noise", "noise"))
    assert_names(world, Check.AMOUNTS, "image 2", "its nonce was settled before")


def test_revenue_lie():
    world = rewritten("Settled", lambda _, args: {"revenue": args["revenue"] + 50_000})
    assert_names(world, Check.AMOUNTS, "image 1", "the creators' part is 70000 and should be 105000")


def test_revenue_lie_that_hides_in_rounding():
    world = rewritten("Settled", lambda _, args: {"revenue": args["revenue"] - 1}, nth=1)
    assert_names(world, Check.SETTLEMENTS, "image 2", "its report says revenue '33', and the chain 32")


def test_unattributed_lie():
    world = rewritten("Settled", lambda _, args: {"unattributed": args["unattributed"] - 1})
    assert_names(world, Check.AMOUNTS, "image 1", "the unattributed part is")


def test_image_settled_beyond_the_deposit():
    world = rewritten("Funded", lambda *_: {"received": 100_001})
    assert_names(world, Check.AMOUNTS, "image 2", "it spends 33 and the pool holds 0")


def test_work_paid_before_it_was_registered():
    world = World()
    logs = world.contracts.logs
    registered = [log for log in logs if log.args.get("workId") == world.works["river"]]
    logs.remove(registered[0])
    assert_names(world, Check.AMOUNTS, "image 1", "which was not registered")


def test_payout_to_another():
    world = rewritten("FixedClaimed", lambda world, _: {"to": world.stranger.address})
    assert_names(world, Check.PAYOUTS, "pool", "the developer's money went to")


def test_payout_of_too_much():
    world = rewritten("Withdrawn", lambda _, args: {"amount": args["amount"] + 1})
    assert_names(world, Check.PAYOUTS, "payee", "and was owed")


def test_refund_of_too_much():
    world = rewritten("Refunded", lambda _, args: {"amount": args["amount"] + 1})
    assert_names(world, Check.PAYOUTS, "pool", "500001 were refunded and 500000 were due")


def test_refund_before_its_time():
    world = rewritten("RefundRequested", lambda _, args: {"refundableAt": args["refundableAt"] + 1000})
    assert_names(world, Check.PAYOUTS, "pool", "the notice of a refund runs to")


def test_pool_with_other_terms():
    world = rewritten("PoolOpened", lambda _, args: {"params": {**args["params"], "creatorBps": 1}})
    assert_names(world, Check.POOLS, world.pool, "does not follow from its terms")


# logs and storage


def test_log_told_twice():
    world = World()
    world.contracts.logs.append(world.contracts.logs[-1])
    assert_names(world, Check.LOGS, "image 4", "the node sent it after block")


def test_event_of_another_version():
    world = World()
    world.contracts.emit("RoyaltyLedger", "EpochForgiven", poolId=world.pool)
    assert_names(world, Check.LOGS, world.pool, "knows no event EpochForgiven", Outcome.UNCHECKED)


def test_log_left_out():
    world = World()
    del world.contracts.logs[world.contracts.index_of("Settled", 1)]
    # 33 units are missing: too few to show in the parts of the next image, enough to show in the developer's.
    assert_names(world, Check.PAYOUTS, world.pool, "the developer took")


def test_payee_change_left_out():
    world = World()
    del world.contracts.logs[world.contracts.index_of("PayeeSet")]
    step = assert_names(world, Check.STORAGE, "payee", "and the logs say")
    assert step.as_json()["block"] is None


def test_wrong_payee_credit():
    world = World()
    world.node.storage["credit", world.alice.address] = 0
    assert_names(world, Check.STORAGE, world.alice.address, "the contract owes them 0, and the logs say")


@pytest.mark.parametrize(
    ("field", "value"),
    [("direct", 1), ("ceiling", 7), ("unattributed", 0), ("paid", [0] * 4), ("payTo", [])],
)
def test_pool_storage_that_differs(field, value):
    world = World()
    world.node.storage["pool", world.pool] = {field: value}
    assert_names(world, Check.STORAGE, world.pool, f"the contract stores {field}")


def test_fixed_share_that_differs():
    world = World()
    world.node.storage["fixed", 2] = 1
    assert_names(world, Check.STORAGE, world.pool, "the treasury can claim 1, and the logs say")


@pytest.mark.parametrize("token", [TOKEN, ZERO_ADDRESS])
def test_balance_too_small(token):
    world = World()
    held = world.contracts.balances[token]
    world.node.storage["balance", token] = held - 1
    assert_names(world, Check.BALANCES, "", f"the ledger holds {held - 1} and owes {held}")


def test_a_gift_to_the_ledger_hurts_nobody():
    world = World()
    world.node.storage["balance", TOKEN] = 10**9
    assert audit.verify(world.node, world.shelf).ok


def _with_a_breach():
    """Meadow was opted out before the cutoff of a third data set that a pool rests on."""
    world = World()
    world.contracts.set_opt_out(world.works["meadow"], out=True)
    _train_on(world, world.works["meadow"])
    return world


def _train_on(world, work):
    dataset = Dataset("late", (work,))
    manifest = world.shelf.put(dataset.manifest()).digest
    root = "0x" + dataset.tree().root.hex()
    name = world.contracts.register_dataset(world.developer.address, root, 1, world.contracts.now, manifest)
    world.model = world.contracts.register_model(
        world.developer.address, sha(b"late"), sha(b"policy"), [name]
    )
    world.open(TOKEN)
