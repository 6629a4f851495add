"""The worker answers like the engine, fills its cache itself, and survives its child."""

import fcntl
import os
import signal
import termios
import threading
from array import array

import pytest

from creditline import canonical
from creditline.attribution import pictures, report, worker_child
from creditline.attribution.cache import FeatureCache
from creditline.attribution.engine import Engine
from creditline.attribution.recompute import Recomputer
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.verdicts import Verdicts
from creditline.attribution.worker import AttributionWorker
from creditline.attribution.worker_child import Desk
from creditline.demo import generator
from creditline.errors import Busy, Corrupt, Misconfigured, Missing, NotAPicture, Unavailable
from tests.attribution.drawings import png
from tests.chain.anvil import until

DATASET = "0x" + "d0" * 32
WORKS = {canonical.digest(png(seed)): png(seed) for seed in range(8)}


def training_set(count=8):
    rows = (
        TrainedWork(f"0x{place:064x}", DATASET, place, name) for place, name in enumerate(list(WORKS)[:count])
    )
    return TrainingSet("0x" + "aa" * 32, (DATASET,), tuple(rows))


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    one = AttributionWorker(tmp_path_factory.mktemp("features"))
    yield one
    one.close()


def nothing(_content_hash):
    raise AssertionError("every work is in the cache")


def test_nothing_starts_before_the_first_call(tmp_path):
    idle = AttributionWorker(tmp_path)
    assert idle._child._process is None
    idle.close()


def test_parent_and_child_attribute_by_the_same_policy(worker):
    assert worker.policy == worker._ask({"ask": "policy"}, [])["policy"]


def test_it_describes_fetches_and_attributes(worker):
    asked = []

    def fetch(content_hash):
        asked.append(content_hash)
        return WORKS[content_hash]

    first = next(iter(WORKS))
    description = worker.describe(WORKS[first])
    assert description.content_hash == first
    assert (description.width, description.height, description.media_type) == (480, 480, "image/png")
    assert [len(code) for code in description.fingerprints] == [32] * 8

    made = generator.collage({f"0x{place:064x}": png(place) for place in (1, 2)}, 3)
    found = report.read(worker.attribute(made.png, training_set(), fetch).report)
    assert sorted(asked) == sorted(set(WORKS) - {first})
    assert set(found.shares) == {f"0x{place:064x}" for place in (1, 2)}
    assert report.read(worker.attribute(made.png, training_set(), nothing).report) == found

    overlay = worker.overlay(made.png, report.compose(found))
    assert worker.describe(overlay).width == 768
    assert worker.describe(worker.thumbnail(made.png, 96)).width == 96


def test_damaged_features_are_computed_again(tmp_path):
    fresh = AttributionWorker(tmp_path)
    made = generator.collage({f"0x{1:064x}": png(1)}, 3)
    fresh.describe_many(WORKS.values())
    for file in list(tmp_path.rglob("*.npz"))[:2]:
        file.write_bytes(file.read_bytes()[:-1])
    asked = []
    found = fresh.attribute(made.png, training_set(), lambda name: asked.append(name) or WORKS[name])
    assert len(asked) == 2
    assert set(report.read(found.report).shares) == {f"0x{1:064x}"}
    fresh.close()


def test_two_training_sets_do_not_mix(worker):
    made = generator.collage({f"0x{place:064x}": png(place) for place in (1, 6)}, 3)
    few = report.read(worker.attribute(made.png, training_set(4), WORKS.__getitem__).report)
    assert set(few.shares) == {f"0x{1:064x}"}


def test_many_keep_their_order_and_their_errors(worker):
    heard = []
    data = [png(seed) for seed in range(9)] + [b"no picture"] + [png(seed) for seed in range(9)]
    results = worker.describe_many(iter(data), heard.append)
    assert isinstance(results[9], NotAPicture)
    assert [each.content_hash for each in results[:9]] == [canonical.digest(each) for each in data[:9]]
    assert results[10:] == results[:9]
    assert heard == [16, 19]


def test_wrong_bytes_for_a_work_are_corrupt(worker):
    absent = TrainedWork("0x" + "77" * 32, DATASET, 0, canonical.digest(png(77)))
    with pytest.raises(Corrupt):
        worker.attribute(png(1), TrainingSet("0x" + "aa" * 32, (DATASET,), (absent,)), lambda _name: png(78))


def asked_about(name):
    """A picture as the child is sent it: what is said of it, and its pixels."""
    head = {"content_hash": name.hex(), "media_type": "image/png", "width": 480, "height": 480}
    return head, pictures.decode(WORKS[name]).pixels.tobytes()


def test_works_are_compared_in_steps_that_let_others_in(tmp_path, rules, encoder, monkeypatch):
    monkeypatch.setattr(worker_child, "_COMPARING_S", 0)
    desk = Desk(Engine(rules, encoder, FeatureCache(tmp_path, rules), Verdicts(tmp_path, rules)))
    works = [
        [each.work_id, each.dataset, each.index, each.content_hash.hex()] for each in training_set().works
    ]
    question = {"ask": "load", "set": "s", "model": "0x" + "aa" * 32, "datasets": [DATASET], "works": works}
    answers = []
    while not answers or answers[-1]["unfinished"]:
        answers.append(desk.answer(question, [])[0])
        for name in answers[-1]["missing"]:
            head, pixels = asked_about(bytes.fromhex(name))
            desk.answer({"ask": "describe", "pictures": [head]}, [pixels])
    assert [len(each["missing"]) for each in answers] == [len(WORKS)] + [0] * len(WORKS)
    head, pixels = asked_about(next(iter(WORKS)))
    answer, _ = desk.answer({"ask": "attribute", "set": "s", "picture": head}, [pixels])
    assert set(report.read(answer["report"]).shares) == {works[0][0]}


def test_a_killed_child_costs_one_call(worker):
    worker.describe(png(1))
    before = worker._child._process.pid
    os.kill(before, signal.SIGSTOP)
    asked = []

    def ask():
        with pytest.raises(Unavailable):
            worker.describe(png(2))
        asked.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: _unread(worker._child._process.stdin), "the question")
    os.kill(before, signal.SIGKILL)
    thread.join()
    assert asked
    assert worker.describe(png(2)).width == 480
    assert worker._child._process.pid != before


def _unread(pipe):
    """Bytes that were written into the pipe and that nobody has read."""
    count = array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def test_a_full_queue_says_busy_at_once(worker, tmp_path):
    small = AttributionWorker(tmp_path, queue_max=1)
    inside, leave = threading.Event(), threading.Event()

    def slow():
        yield png(1)
        inside.set()
        leave.wait()

    thread = threading.Thread(target=small.describe_many, args=(slow(),))
    thread.start()
    inside.wait()
    with pytest.raises(Busy):
        small.describe(png(1))
    leave.set()
    thread.join()
    assert small.describe(png(1)).width == 480
    small.close()


def test_an_encoder_that_cannot_load_says_so(tmp_path):
    for name in ("nonsense", "No-Such-Model/none"):
        misled = AttributionWorker(tmp_path, encoder=name)
        with pytest.raises(Misconfigured):
            misled.describe(png(1))
        misled.close()


def test_a_child_that_hangs_is_replaced(tmp_path):
    hasty = AttributionWorker(tmp_path, seconds=0.01)
    with pytest.raises(Unavailable, match="longer than"):
        hasty.describe(png(1))
    hasty.close()
    hasty.close()


def test_an_auditor_gets_the_same_report_from_features_of_its_own(worker, tmp_path, rules):
    made = generator.collage({f"0x{place:064x}": png(place) for place in (1, 2)}, 3)
    ours = worker.attribute(made.png, training_set(), WORKS.__getitem__).report
    with Recomputer(tmp_path) as recompute:
        assert recompute(made.png, training_set(), WORKS.__getitem__, rules.hash) == ours
        with pytest.raises(Missing):
            recompute(made.png, training_set(), WORKS.__getitem__, "0x" + "00" * 32)
