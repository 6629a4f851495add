import os
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from creditline.content import cid, dag
from creditline.content.embedded import STALE_SECONDS, EmbeddedStore
from creditline.errors import Corrupt, Invalid, Misconfigured, Missing, TooLarge, Unavailable
from tests.content import reference

LARGE = reference.pattern(dag.CHUNK_BYTES * 2 + 9)
SMALL = b"a small document"


def files(store, kind):
    return sorted(path for path in (store._folder / kind).rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [b"", SMALL, LARGE])
def test_what_is_put_comes_back_under_the_cid_of_ipfs(store, data):
    name = store.put(data)
    assert name == reference.file_blocks(data)[0]
    assert store.get(name) == data
    assert store.resolve(cid.digest_of(name)) == data
    assert store.has(name)
    assert dict(store.blocks(name)) == reference.file_blocks(data)[1]
    before = files(store, "blocks")
    assert store.put(data) == name
    assert files(store, "blocks") == before
    assert files(store, "tmp") == []


def test_resolve_keeps_the_limit(store):
    for data in (SMALL, LARGE):
        digest = cid.digest_of(store.put(data))
        assert store.resolve(digest, len(data)) == data
        with pytest.raises(TooLarge):
            store.resolve(digest, len(data) - 1)


def test_a_second_store_on_the_folder_sees_it(store):
    name = store.put(LARGE)
    assert EmbeddedStore(store._folder).get(name) == LARGE


def test_unknown_and_foreign_cids(store):
    name = cid.cid_of(b"never put")
    assert not store.has(name)
    with pytest.raises(Missing, match=name):
        store.get(name)
    with pytest.raises(Missing):
        store.pin(name)
    with pytest.raises(Invalid):
        store.block("../../etc/passwd")


@pytest.mark.parametrize("damage", [b"", b"x", bytes(dag.BLOCK_BYTES_MAX + 5)])
def test_a_changed_block_is_named_and_a_new_put_repairs_it(store, damage):
    name = store.put(SMALL)
    path = store._path(name)
    path.write_bytes(damage)
    with pytest.raises(Corrupt, match=f"blocks/{path.parent.name}/{path.name}"):
        store.get(name)
    store.put(SMALL)
    assert store.get(name) == SMALL


def test_a_file_is_had_only_with_all_its_leaves(store):
    name = store.put(LARGE)
    store._path(next(dag.layout(LARGE))[0]).unlink()
    assert not store.has(name)
    with pytest.raises(Missing):
        store.pin(name)


def test_a_block_is_kept_only_under_its_own_name(store):
    name = cid.cid_of(SMALL)
    with pytest.raises(Corrupt):
        store.put_block(name, SMALL + b"!")
    assert not store.has(name)
    store.put_block(name, SMALL)
    assert store.get(name) == SMALL
    store.pin(name)
    assert [path.name for path in files(store, "pins")] == [name]


def test_blocks_and_files_have_a_largest_size(store, monkeypatch):
    block = bytes(dag.BLOCK_BYTES_MAX + 1)
    with pytest.raises(TooLarge):
        store.put_block(reference.cid("raw", block), block)
    monkeypatch.setattr(dag, "FILE_BYTES_MAX", 10)
    assert store.put(bytes(10))
    with pytest.raises(TooLarge):
        store.put(bytes(11))


def test_forgetting_erases_all_but_what_others_share(store):
    other = LARGE[: dag.CHUNK_BYTES] + b"another end"
    first, second = store.put(LARGE), store.put(other)
    store.forget(first)
    assert not store.has(first)
    assert store.get(second) == other
    store.forget(second)
    store.forget(second)
    assert files(store, "blocks") == files(store, "pins") == []


def test_forgetting_finishes_what_a_crash_cut_short(store):
    name = store.put(LARGE)
    store._path(next(dag.layout(LARGE))[0]).unlink()
    store.forget(name)
    assert files(store, "blocks") == files(store, "pins") == []


def test_forgetting_stops_where_it_cannot_see_what_others_share(store):
    first, second = store.put(LARGE), store.put(LARGE + b"!")
    store._path(second).write_bytes(b"broken")
    with pytest.raises(Corrupt):
        store.forget(first)
    assert store.get(first) == LARGE


def test_only_old_leftovers_are_swept(store):
    old, young = store._folder / "tmp" / "old", store._folder / "tmp" / "young"
    for path in (old, young):
        path.write_bytes(b"half a bl")
    os.utime(old, (0, young.stat().st_mtime - STALE_SECONDS - 60))
    EmbeddedStore(store._folder)
    assert files(store, "tmp") == [young]


def test_many_threads_put_and_forget_the_same_files(store):
    datas = [reference.pattern(dag.CHUNK_BYTES) + bytes([n]) for n in range(6)]

    def use(number):
        data = datas[number % len(datas)]
        name = store.put(data)
        assert store.get(name) == data

    def erase(number):
        store.forget(store.put(b"private" + bytes([number])))

    with ThreadPoolExecutor(8) as pool:
        for done in [*pool.map(use, range(24)), *pool.map(erase, range(24))]:
            assert done is None
    assert all(store.get(cid.cid_of(data)) == data for data in datas)
    assert len(files(store, "pins")) == len(datas)


def test_forgetting_waits_for_writers(store):
    name = store.put(SMALL)
    with store._writing():
        eraser = threading.Thread(target=store.forget, args=(name,))
        eraser.start()
        eraser.join(0.05)
        assert eraser.is_alive()
        assert store.has(name)
    eraser.join()
    assert not store.has(name)


WRITER = """
import sys
from pathlib import Path
from creditline.content.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    print(store.put(number.to_bytes(4, "big") * 100_000), flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_kill_9_loses_nothing_that_was_promised(store, after):
    command = [sys.executable, "-c", WRITER, str(store._folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        promised = [writer.stdout.readline().strip() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        promised += writer.stdout.read().split()
    survivor = EmbeddedStore(store._folder)
    for name in promised:
        assert cid.cid_of(survivor.get(name)) == name
    for path in files(survivor, "blocks"):
        assert survivor.block(cid.raw_cid(bytes.fromhex(path.name)))


FULL_DISK = """
import sys
from pathlib import Path
from creditline.content.embedded import EmbeddedStore
from creditline.errors import Unavailable
import resource
store = EmbeddedStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    store.put(bytes(range(256)) * 100)
except Unavailable as error:
    print(error.what)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.put(bytes(range(256)) * 100))
"""


def test_a_full_disk_refuses_cleanly_and_works_again_once_there_is_room(tmp_path):
    # A limit on the size of files fails like a full disk does: in the middle of a write.
    assert resource.RLIMIT_FSIZE
    folder = tmp_path / "content"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True, check=True, timeout=20
    )
    refusal, name = done.stdout.splitlines()
    assert "cannot be read or written" in refusal
    store = EmbeddedStore(folder)
    assert files(store, "blocks") == [store._path(name)]
    assert files(store, "tmp") == []


def test_a_place_that_is_no_folder_is_misconfigured(tmp_path):
    place = tmp_path / "file"
    place.write_bytes(b"")
    with pytest.raises(Misconfigured, match="content folder"):
        EmbeddedStore(place)


def test_health_tells_of_room_and_of_trouble(store):
    assert "free" in store.health()
    with pytest.raises(Unavailable, match="left"):
        EmbeddedStore(store._folder, free_bytes_min=2**62).health()
    (store._folder / "tmp").rmdir()
    with pytest.raises(Unavailable):
        store.health()


def test_trouble_with_the_disk_is_unavailable_not_missing(store):
    name = store.put(SMALL)
    store._path(name).unlink()
    store._path(name).mkdir()
    with pytest.raises(Unavailable):
        store.get(name)
