"""The command line as people and machines meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from creditline.cli.folder import read_folder
from creditline.errors import Invalid
from tests.service.town import draw, free_port

HEAVY = ("c2pa", "web3", "cv2", "faiss", "onnxruntime", "sqlalchemy", "fastapi", "numpy", "eth_account")


def creditline(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "creditline", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['creditline', '--help']\nimport atexit\natexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\nfrom creditline.main import run; run()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert not [name for name in HEAVY if f"'{name}'" in ended.stderr]


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "register",
        "attribute",
        "receipt",
        "settle",
        "withdraw",
        "verify",
        "claimable",
        "claim",
        "statement",
        "key create",
        "key list",
        "key rotate",
        "key revoke",
    ],
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = creditline(*command.split(), "--help")
    assert ended.returncode == 0
    assert f"creditline {command}" in ended.stdout
    assert "Example:" in ended.stdout


def test_a_service_that_is_down_is_explained_to_people(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(draw(1))
    ended = creditline("attribute", str(picture), "--url", f"http://127.0.0.1:{free_port()}")
    assert ended.returncode == 69
    assert "No answer from the service" in ended.stderr
    assert "./scripts/start" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_and_to_machines(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(draw(1))
    ended = creditline("attribute", str(picture), "--json", "--url", f"http://127.0.0.1:{free_port()}")
    assert ended.returncode == 69
    assert json.loads(ended.stdout)["error"] == "unavailable"


def test_a_wrong_wallet_key_is_not_echoed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(draw(1))
    ended = creditline("register", str(tmp_path), CREDITLINE_WALLET_KEY="not-a-secret-key")
    assert ended.returncode == 2
    assert "not-a-secret-key" not in ended.stdout + ended.stderr


def test_a_folder_becomes_works_with_titles(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "red_panda.png").write_bytes(draw(1))
    (tmp_path / "deep" / "copy.PNG").write_bytes(draw(1))
    (tmp_path / "deep" / "blue-bird.jpg").write_bytes(draw(2))
    (tmp_path / "notes.txt").write_text("no picture")
    works = read_folder(tmp_path, "Aiko")
    assert sorted(work.title for work in works) in (["blue bird", "copy"], ["blue bird", "red panda"])
    assert {work.author for work in works} == {"Aiko"}


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no picture"):
        read_folder(tmp_path, "Aiko")
