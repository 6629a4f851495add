"""On a chain that is not the development chain, the operator's own certificate seals images, or nothing does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account

from creditline.chain.deployment import deploy
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.client import Creditline
from creditline.demo import cast
from creditline.errors import CreditlineError, Invalid, Missing
from tests.chain.anvil import ROOT, Anvil, until
from tests.service.town import draw, free_port
from tests.stamping.certificates import certify, spell, write

CHAIN_ID = 1337
KEY = ec.generate_private_key(ec.SECP256R1())
UNKNOWN_POOL = "0x" + "77" * 32


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A chain with the contracts, and a service for it that lacks nothing but a certificate."""
    folder, chain = tmp_path_factory.mktemp("real"), Anvil("--chain-id", str(CHAIN_ID))
    secret = cast.wallet("operator").private_key
    operator = OperatorKey(secret)
    chain.fund(operator.address)
    deploy(Node(chain.url, CHAIN_ID), operator, ROOT / "artifacts", folder / "deployment.json")
    keystore = folder / "operator.json"
    keystore.touch(mode=0o600)
    keystore.write_text(json.dumps(Account.encrypt(secret, "open sesame", kdf="pbkdf2", iterations=2)))
    yield {
        "CREDITLINE_CHAIN_ID": str(CHAIN_ID),
        "CREDITLINE_RPC_URL": chain.url,
        "CREDITLINE_DEPLOYMENT": str(folder / "deployment.json"),
        "CREDITLINE_OPERATOR_KEYSTORE": str(keystore),
        "CREDITLINE_OPERATOR_PASSWORD": "open sesame",
    }
    chain.stop()


def up(folder: Path, settings: dict[str, str], port: int) -> subprocess.Popen[str]:
    own = {"CREDITLINE_DATA_DIR": str(folder), "CREDITLINE_PORT": str(port)}
    command = [sys.executable, "-m", "creditline", "up"]
    return subprocess.Popen(command, env=os.environ | own | settings, stderr=subprocess.PIPE, text=True)


@contextmanager
def service(folder: Path, settings: dict[str, str]) -> Iterator[Creditline]:
    port = free_port()
    process = up(folder, settings, port)
    client = Creditline(f"http://127.0.0.1:{port}")

    def is_up() -> bool:
        assert process.poll() is None
        try:
            return bool(client.health())
        except CreditlineError:
            return False

    try:
        until(is_up, "the service's start", 60)
        yield client
    finally:
        client.close()
        process.terminate()
        process.communicate(timeout=60)


def paths(folder: Path, certificate: bytes) -> dict[str, str]:
    certificates, key = write(folder, certificate, spell(KEY))
    return {"CREDITLINE_STAMP_CERTIFICATE": str(certificates), "CREDITLINE_STAMP_KEY": str(key)}


def test_without_a_certificate_a_stamp_is_refused_before_anything_is_promised(
    settings: dict[str, str], tmp_path: Path
) -> None:
    with service(tmp_path, settings) as client:
        with pytest.raises(Invalid, match="stamps no images") as refused:
            client.report_usage(cast.wallet("integrator"), UNKNOWN_POOL, "x", draw(1), 1, stamp=True)
        assert "CREDITLINE_STAMP_CERTIFICATE" in refused.value.next_step
        with pytest.raises(Missing, match="No pool"):
            client.report_usage(cast.wallet("integrator"), UNKNOWN_POOL, "x", draw(1), 1)
    assert not (tmp_path / "stamp").exists()


def test_with_a_certificate_the_service_offers_stamps(settings: dict[str, str], tmp_path: Path) -> None:
    good = settings | paths(tmp_path, certify(KEY))
    with service(tmp_path / "data", good) as client, pytest.raises(Missing, match="No pool"):
        client.report_usage(cast.wallet("integrator"), UNKNOWN_POOL, "x", draw(1), 1, stamp=True)
    assert not (tmp_path / "data" / "stamp").exists()


def test_a_certificate_that_cannot_seal_starts_nothing(settings: dict[str, str], tmp_path: Path) -> None:
    process = up(tmp_path / "data", settings | paths(tmp_path, certify(KEY, purpose=None)), free_port())
    _, said = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "does not accept the certificate" in said
    assert "Traceback" not in said
