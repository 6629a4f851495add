"""`./scripts/start` as a user runs it: the whole story, again, after a kill, and after losing the database."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from creditline.store.database import Database
from creditline.store.snapshot import snapshot
from tests.service.town import PROJECT, free_port

STORY_S = 600


@dataclass
class Run:
    """One run of the story in `folder`, on ports of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]

    def finish(self) -> tuple[int, str]:
        """Exit status and what it printed."""
        out, _ = self.process.communicate(timeout=STORY_S)
        return self.process.returncode, out

    def get(self, path: str) -> dict[str, Any]:
        return dict(httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=10).json())

    def kill_service_when(self, reached: Callable[[], bool]) -> None:
        """SIGKILL the service as soon as the story has got that far."""
        pause = threading.Event()
        while self.process.poll() is None:
            try:
                if reached():
                    os.kill(int((self.folder / "service.pid").read_text()), signal.SIGKILL)
                    return
            except (httpx2.TransportError, KeyError, IndexError, ValueError):
                pass
            pause.wait(0.05)
        pytest.fail(f"The story ended before it could be interrupted:\n{self.process.communicate()[0]}")


def start(folder: Path, *options: str) -> Run:
    port = free_port()
    places = ["--data-dir", str(folder), "--port", str(port), "--rpc-port", str(free_port())]
    process = subprocess.Popen(
        [sys.executable, "-m", "creditline.demo", "--once", *places, *options],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    return Run(folder, port, process)


def is_closed(run: Run) -> bool:
    """Whether the story's epoch is on its way to the chain."""
    pools = run.get("/v1/pools")["items"]
    return any(each["state"] != "open" for each in run.get(f"/v1/pools/{pools[0]['id']}/epochs")["items"])


def totals(told: str) -> list[str]:
    """The lines of the last table: where every unit of the deposit is."""
    return re.findall(r"^ *(Deposited|Revenue|to \w+|Still).*?([\d.,]+) dJPY", told, re.MULTILINE)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished first run."""
    folder = tmp_path_factory.mktemp("first")
    status, out = start(folder).finish()
    assert status == 0, out
    return folder, out


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    database = Database(f"sqlite:///{folder / 'creditline.db'}")
    try:
        with database.read() as connection:
            return snapshot(connection)
    finally:
        database.close()


def test_everything_holds(told: tuple[Path, str]) -> None:
    _, out = told
    assert "Everything holds" in out
    assert "Yes: everything holds" in out
    assert len(totals(out)) == 8
    assert "Epoch 1 of 11 images is posted" in out
    assert "got 50 dJPY, half of the bond of 100 dJPY" in out


def test_a_second_run_changes_nothing(told: tuple[Path, str]) -> None:
    folder, out = told
    before = rows(folder)
    status, again = start(folder).finish()
    assert status == 0, again
    assert "(0 new)" in again
    assert totals(again) == totals(out)
    assert rows(folder) == before


def test_a_lost_database_comes_back_with_the_same_rows(told: tuple[Path, str]) -> None:
    folder, out = told
    before = rows(folder)
    for file in folder.glob("creditline.db*"):
        file.unlink()
    status, again = start(folder).finish()
    assert status == 0, again
    assert rows(folder) == before
    assert totals(again) == totals(out)


def test_killed_in_the_middle_it_ends_with_the_same_balances(told: tuple[Path, str], tmp_path: Path) -> None:
    _, out = told
    first = start(tmp_path)
    first.kill_service_when(lambda: len(first.get("/v1/works?limit=200")["items"]) > 20)
    assert first.finish()[0] != 0
    second = start(tmp_path)
    second.kill_service_when(lambda: is_closed(second))
    assert second.finish()[0] != 0
    status, again = start(tmp_path).finish()
    assert status == 0, again
    assert totals(again) == totals(out)


def test_nothing_is_left_running(told: tuple[Path, str]) -> None:
    folder, _ = told
    for name in ("service", "chain"):
        with pytest.raises(ProcessLookupError):
            os.kill(int((folder / f"{name}.pid").read_text()), 0)


def test_a_folder_of_somebody_else_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    status, out = start(tmp_path, "--fresh").finish()
    assert status == 78
    assert "not Creditline's" in out
    assert (tmp_path / "thesis.txt").exists()


def test_a_used_port_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, out = start(tmp_path, "--port", str(port)).finish()
    assert status == 78
    assert f"Port {port} is in use" in out
