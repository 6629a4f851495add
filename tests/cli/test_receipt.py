"""The command that reads a receipt: what people see, what machines see, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from creditline.stamping.development import development_credential
from creditline.stamping.stamper import Stamper
from tests.stamping.samples import picture, receipt_for


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    stamper, data = Stamper(development_credential(folder / "stamp")), picture()
    (folder / "image.png").write_bytes(stamper.stamp(data, receipt_for(data)).data)
    stamper.close()
    return folder / "image.png"


def receipt(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "creditline", "receipt", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def test_people_see_the_receipt_and_what_its_seal_is_worth(image: Path) -> None:
    ended = receipt(image)
    assert ended.returncode == 0
    assert '"usage_id": "generation-8412"' in ended.stdout
    assert (
        "Seal: whole, by Creditline, for development only, under no authority that you named" in ended.stdout
    )
    assert "Picture: the one that the receipt names" in ended.stdout


def test_whoever_names_the_authority_is_told_that_it_is_trusted(image: Path) -> None:
    ended = receipt(image, "--trust", image.parent / "stamp" / "authority.pem")
    assert "under an authority that you trust" in ended.stdout


def test_a_changed_image_is_shown_up_and_ends_with_65(image: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.png"
    changed.write_bytes(image.read_bytes().replace(b"1500000", b"9500000"))
    ended = receipt(changed)
    assert ended.returncode == 65
    assert "Seal: does NOT hold" in ended.stdout
    found = json.loads(receipt(changed, "--json").stdout)
    assert (found["seal"]["state"], found["holds"]) == ("invalid", False)


def test_an_image_without_a_receipt_ends_with_3(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(picture())
    ended = receipt(plain)
    assert ended.returncode == 3
    assert "carries no manifest" in ended.stderr
    assert json.loads(receipt(plain, "--json").stdout)["error"] == "missing"


def test_what_is_no_picture_ends_with_2(tmp_path: Path) -> None:
    text = tmp_path / "letter.png"
    text.write_text("I am a letter.")
    ended = receipt(text)
    assert ended.returncode == 2
    assert "neither PNG nor JPEG nor WebP" in ended.stderr


def test_a_base_install_is_told_what_to_install(image: Path, tmp_path: Path) -> None:
    """As where the extra `service` is missing: the library is there, and refuses to be imported."""
    (tmp_path / "c2pa.py").write_text("raise ModuleNotFoundError(name='c2pa')")
    command = [sys.executable, "-m", "creditline", "receipt", str(image)]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 78
    assert "c2pa, which is not installed" in ended.stderr
    assert "creditline[service]" in ended.stderr


def test_downloads_beside_the_image_run_no_code(image: Path, tmp_path: Path) -> None:
    for name in ("json.py", "c2pa.py"):
        (tmp_path / name).write_text("raise SystemExit('from a download')")
    assert receipt(image, cwd=tmp_path).returncode == 0
