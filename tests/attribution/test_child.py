"""Children keep their limits, report their errors, and die with their parent."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from creditline.attribution.child import Child, ChildDied, Limits
from creditline.errors import Misconfigured, TooLarge

MODULE = "tests.attribution.misbehaving_child"
LIMITS = Limits(memory_bytes=1 << 30, attachment_bytes=1 << 20, writes_files=False)


@pytest.fixture
def child():
    one = Child(MODULE, (), LIMITS)
    yield one
    one.close()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_of(child):
    return child.ask({"do": "echo"}, [], 30)[0]["pid"]


def test_it_answers_and_stays(child):
    answer, data = child.ask({"do": "echo"}, [b"one", b""], 30)
    assert data == [b"one", b""]
    assert pid_of(child) == answer["pid"]
    assert child.answered == 2


def test_its_errors_arrive_as_they_were(child):
    with pytest.raises(TooLarge) as caught:
        child.ask({"do": "refuse"}, [], 30)
    assert (caught.value.what, caught.value.next_step) == ("It is too large.", "Make it smaller.")


def test_a_child_that_cannot_start_says_why():
    child = Child(MODULE, ("broken",), LIMITS)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="cannot start"):
            child.ask({"do": "echo"}, [], 30)
    child.close()


def test_after_a_crash_the_next_question_is_answered(child):
    before = pid_of(child)
    with pytest.raises(ChildDied) as caught:
        child.ask({"do": "die"}, [], 30)
    assert not caught.value.timed_out
    assert pid_of(child) != before


def test_a_slow_answer_ends_the_child(child):
    before = pid_of(child)
    with pytest.raises(ChildDied) as caught:
        child.ask({"do": "hang"}, [], 0.3)
    assert caught.value.timed_out
    assert not is_alive(before)


def test_memory_is_limited(child):
    with pytest.raises(ChildDied):
        child.ask({"do": "allocate", "bytes": 2 << 30}, [], 30)
    assert child.ask({"do": "allocate", "bytes": 1 << 20}, [], 30)[0] == {"length": 1 << 20}


def test_files_are_closed_to_it(child, tmp_path):
    with pytest.raises(ChildDied):
        child.ask({"do": "write", "path": str(tmp_path / "file")}, [], 30)
    assert (tmp_path / "file").read_bytes() == b""


def test_the_working_folder_gives_it_no_modules(child, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('from a download')")
    monkeypatch.chdir(tmp_path)
    assert child.ask({"do": "echo"}, [b"one"], 30)[1] == [b"one"]


def test_what_it_prints_is_no_answer(child):
    assert child.ask({"do": "print"}, [], 30) == ({}, [])


def test_an_attachment_above_the_limit_ends_it(child):
    with pytest.raises(ChildDied):
        child.ask({"do": "echo"}, [bytes(LIMITS.attachment_bytes + 1)], 30)


def test_it_dies_with_its_parent_even_while_it_computes():
    parent = textwrap.dedent(f"""
        import os, threading
        from creditline.attribution.child import Child, Limits
        child = Child({MODULE!r}, (), Limits(1 << 30, 1 << 20, False))
        print(child.ask({{"do": "echo"}}, [], 30)[0]["pid"], flush=True)
        asked = threading.Thread(target=child.ask, args=({{"do": "hang"}}, [], 300), daemon=True)
        asked.start()
        asked.join(0.3)
        os._exit(0)
    """)
    done = subprocess.run([sys.executable, "-c", parent], check=True, capture_output=True, text=True)
    deadline = time.monotonic() + 20
    while is_alive(int(done.stdout)):
        assert time.monotonic() < deadline, "an orphan is left"
        os.sched_yield()
