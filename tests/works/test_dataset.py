from collections.abc import Sequence

import pytest

from creditline import canonical, merkle
from creditline.errors import Conflict, Invalid, Missing
from creditline.ids import ContentHash, WorkId, bytes32
from creditline.works.catalogue import RegisteredWork
from creditline.works.dataset import Dataset, compose_dataset, read_dataset
from creditline.works.terms import Training
from creditline.works.training import compose_training_set
from tests.works.samples import facts, wallet

AIKO = wallet("aiko").address
IDS = [WorkId(bytes32(bytes([n]) * 32)) for n in (3, 1, 2)]


def test_a_dataset_is_in_ascending_order_each_once() -> None:
    dataset = compose_dataset("set", [*IDS, IDS[0]])
    assert list(dataset.works) == sorted(IDS)
    assert merkle.verify(
        dataset.tree().root, merkle.dataset_leaf(dataset.works[1]), 1, 3, dataset.tree().proof(1)
    )


def test_a_manifest_reads_back() -> None:
    dataset = compose_dataset("set", IDS)
    assert read_dataset(dataset.manifest()) == dataset


def test_a_manifest_with_another_root_is_refused() -> None:
    document = canonical.decode(compose_dataset("set", IDS).manifest()) | {"root": "0x" + "00" * 32}
    with pytest.raises(Invalid, match="does not follow"):
        read_dataset(canonical.encode(document))


def test_disorder_and_emptiness_are_refused() -> None:
    with pytest.raises(Invalid, match="ascending"):
        Dataset("set", tuple(IDS))
    with pytest.raises(Invalid, match="1 to 500,000"):
        Dataset("set", ())


def compose(
    works: list[RegisteredWork], ids: list[WorkId], cutoff: int = 10, out: dict[WorkId, int] | None = None
) -> Dataset:
    """`out`: since when works are opted out."""
    known = {work.id: work for work in works}

    def was_opted_out(ids: Sequence[WorkId], at: int) -> set[WorkId]:
        return {id_ for id_ in ids if (out or {}).get(id_, at + 1) <= at}

    return compose_training_set(
        "set", ids, lambda ids: {i: known[i] for i in ids if i in known}, was_opted_out, cutoff
    )


def work(
    id: WorkId, at: int, pixels: str, training: Training = Training.ALLOWED, out: int | None = None
) -> RegisteredWork:
    found = facts(id, pixels)
    blank = bytes32(bytes(32))
    return RegisteredWork(
        id=id, creator=AIKO, owner=AIKO, payee=AIKO, content_hash=ContentHash(found.content_hash), pixel_hash=found.pixel_hash,
        record_hash=blank, terms_hash=blank, title="t", author="", licence="CC0-1.0", training=training, picture=None, width=1, height=1,
        registered_at=at, anchor=None, index=None, on_chain=True, opted_out_at=out,
    )  # fmt: skip


def test_a_training_set_of_free_works_is_composed() -> None:
    works = [work(IDS[0], 1, "a"), work(IDS[1], 2, "b")]
    assert compose(works, IDS[:2]).works == tuple(sorted(IDS[:2]))


def test_unknown_works_are_named() -> None:
    with pytest.raises(Missing, match=IDS[1]):
        compose([work(IDS[0], 1, "a")], IDS[:2])


def test_forbidden_works_are_named() -> None:
    with pytest.raises(Conflict, match=f"{IDS[1]} is reserved"):
        compose([work(IDS[0], 1, "a"), work(IDS[1], 2, "b", Training.FORBIDDEN)], IDS[:2])


def test_an_opt_out_counts_from_its_second_on() -> None:
    with pytest.raises(Conflict, match="reserved"):
        compose([work(IDS[0], 1, "a")], IDS[:1], cutoff=10, out={IDS[0]: 10})
    assert compose([work(IDS[0], 1, "a")], IDS[:1], cutoff=9, out={IDS[0]: 10}).works == (IDS[0],)


def test_the_later_of_two_equal_pictures_is_named() -> None:
    with pytest.raises(Conflict, match=f"{IDS[0]} .* registered earlier"):
        compose([work(IDS[0], 5, "same"), work(IDS[1], 2, "same")], IDS[:2])
