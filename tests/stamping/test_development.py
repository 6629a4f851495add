"""The credential of the local chain is made once, whole, and says what it is."""

import logging
import subprocess
import sys

import pytest

from creditline.stamping import development
from creditline.stamping.development import development_credential


def test_it_is_made_once_and_its_key_is_private(tmp_path):
    first = development_credential(tmp_path / "stamp")
    assert development_credential(tmp_path / "stamp") == first
    assert (tmp_path / "stamp" / "key.pem").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["stamp"]


def test_it_says_each_time_that_it_is_for_development(tmp_path, caplog):
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            development_credential(tmp_path / "stamp")
        assert "FOR DEVELOPMENT ONLY" in caplog.text
        assert "CREDITLINE_STAMP_CERTIFICATE" in caplog.text


def test_killed_while_it_is_made_it_is_made_anew(tmp_path, monkeypatch):
    pem, calls = development._pem, []

    def killed(certificate):
        calls.append(certificate)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return pem(certificate)

    monkeypatch.setattr(development, "_pem", killed)
    with pytest.raises(KeyboardInterrupt):
        development_credential(tmp_path / "stamp")
    assert not (tmp_path / "stamp").exists()
    monkeypatch.setattr(development, "_pem", pem)
    assert development_credential(tmp_path / "stamp").algorithm == "es256"


def test_processes_that_start_together_agree(tmp_path):
    code = (
        "import hashlib, sys, pathlib\n"
        "from creditline.stamping.development import development_credential\n"
        "print(hashlib.sha256(development_credential(pathlib.Path(sys.argv[1])).key).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "deep" / "stamp")]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(4)
    ]
    said = {process.communicate(timeout=60)[0] for process in processes}
    assert len(said) == 1
    assert len(said.pop().strip()) == 64
