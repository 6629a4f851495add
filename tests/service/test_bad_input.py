"""Each kind of bad input gives one clear error that says what to do, and changes nothing."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from creditline.client.client import NewWork
from creditline.demo import cast
from creditline.errors import Invalid, Missing, Unauthorised, WrongSignature
from tests.service.town import Town, draw, free_port


def post(town: Town, path: str, content: bytes, **headers: str) -> httpx2.Response:
    return httpx2.post(f"{town.stage.url}{path}", content=content, headers=headers, timeout=60)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side: int) -> bytes:
    """A few hundred bytes that claim to be an enormous picture."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"I am a letter, not a picture.", 415),
        (b"GIF89a" + b"\0" * 100, 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (draw(5)[:-200], 415),
        (draw(5) + b"<script>alert(1)</script>", 415),
        (bomb(50_000), 413),
        (b"", 422),
    ],
    ids=["text", "gif", "svg", "truncated", "polyglot", "bomb", "empty"],
)
def test_what_is_no_picture_is_refused(town: Town, data: bytes, status: int) -> None:
    answer = post(town, "/v1/pictures", data)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem["title"].endswith(".")
    assert problem["detail"].endswith(".")


def test_a_picture_above_the_limit_is_refused_while_it_arrives(town: Town) -> None:
    answer = post(town, "/v1/pictures", b"\x89PNG" + b"\0" * (33 * 1024 * 1024))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "http://2130706433/",
    ],
)
def test_f20_no_picture_is_fetched_from_inside(town: Town, url: str) -> None:
    answer = httpx2.post(f"{town.stage.url}/v1/pictures/fetch", json={"url": url}, timeout=60)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:creditline:problem:invalid")


def test_nested_brackets_do_not_end_the_service(town: Town) -> None:
    answer = post(town, "/v1/registrations", b"[" * 200_000, **{"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert town.stage.client.health()["status"] == "ok"


def test_an_unknown_model_is_named(town: Town) -> None:
    with pytest.raises(Missing, match="No model 0x77"):
        town.stage.client.attribute(draw(6), "0x" + "77" * 32)


def test_an_unknown_pool_is_named(town: Town) -> None:
    with pytest.raises(Missing, match="No pool 0x77"):
        town.stage.client.report_usage(cast.wallet("integrator"), "0x" + "77" * 32, "x", draw(6), 1)


def test_a_registration_signed_by_somebody_else_is_refused(town: Town) -> None:
    picture = town.stage.client.add_picture(draw(7))
    body = {
        "creator": town.aiko.address,
        "terms": {"licence": "CC0-1.0"},
        "works": [{"content_hash": picture["content_hash"], "title": "stolen"}],
    }
    prepared = httpx2.post(f"{town.stage.url}/v1/registrations", json=body, timeout=60).json()
    data = dict(prepared["typed_data"])
    data["message"] = {**data["message"], "root": bytes.fromhex(data["message"]["root"][2:])}
    forged = {"signature": town.ben.sign(data)}
    answer = httpx2.post(
        f"{town.stage.url}/v1/registrations/{prepared['id']}/signature", json=forged, timeout=60
    )
    assert answer.status_code == WrongSignature.status
    assert town.stage.client.registration(prepared["id"])["status"] == "prepared"


def test_a_picture_that_was_not_sent_is_named(town: Town) -> None:
    body = {
        "creator": town.aiko.address,
        "terms": {"licence": "CC0-1.0"},
        "works": [{"content_hash": "0x" + "ab" * 32, "title": "ghost"}],
    }
    answer = httpx2.post(f"{town.stage.url}/v1/registrations", json=body, timeout=60)
    assert (answer.status_code, "has not been sent" in answer.json()["title"]) == (404, True)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("creator", "0x12", "20 bytes"),
        ("creator", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "checksum"),
        ("terms", {"licence": ""}, "at least 1 character"),
        ("works", [], "at least 1 item"),
    ],
)
def test_a_malformed_field_is_named(town: Town, field: str, value: object, complaint: str) -> None:
    body = {
        "creator": town.aiko.address,
        "terms": {"licence": "x"},
        "works": [{"content_hash": "0x" + "ab" * 32, "title": "t"}],
    }
    answer = httpx2.post(f"{town.stage.url}/v1/registrations", json=body | {field: value}, timeout=60)
    assert answer.status_code == 422
    assert field in answer.json()["title"]
    assert complaint in answer.json()["title"]


def test_f24_settling_is_the_operators(town: Town) -> None:
    with pytest.raises(Unauthorised, match="no API key"):
        town.stage.client.settle("guess")
    answer = post(town, "/v1/settlements", b"")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "scope 'operate'" in answer.json()["title"]


def test_a_reserved_work_is_kept_out_of_training_sets(town: Town) -> None:
    client, wallet = town.stage.client, cast.creator("Reserved")
    done = client.register(
        wallet, [NewWork(draw(300), "mine alone")], licence="All rights reserved", training="forbidden"
    )
    client.wait_anchored(done["id"])
    work = next(iter(client.works(wallet.address)))
    answer = httpx2.post(
        f"{town.stage.url}/v1/datasets", json={"name": "greedy", "works": [work["id"]]}, timeout=60
    )
    assert answer.status_code == 409
    assert work["id"] in answer.json()["title"]


def up(folder: Path, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CREDITLINE_DATA_DIR": str(folder),
        "CREDITLINE_PORT": str(free_port()),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "creditline", "up"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_node_that_is_down_is_named(tmp_path: Path) -> None:
    ended = up(tmp_path, {"CREDITLINE_RPC_URL": f"http://127.0.0.1:{free_port()}"})
    assert ended.returncode == 69
    assert "CREDITLINE_RPC_URL" in ended.stderr or "node" in ended.stderr


def test_a_wrong_chain_is_named(town: Town, tmp_path: Path) -> None:
    ended = up(tmp_path, {"CREDITLINE_RPC_URL": town.stage.chain.url, "CREDITLINE_CHAIN_ID": "1"})
    assert ended.returncode == 78
    assert "31337" in ended.stderr


def test_a_used_port_is_named(town: Town, tmp_path: Path) -> None:
    port = town.stage.url.rsplit(":", 1)[1]
    ended = up(tmp_path, {"CREDITLINE_RPC_URL": town.stage.chain.url, "CREDITLINE_PORT": port})
    assert ended.returncode == 78
    assert "CREDITLINE_PORT" in ended.stderr


def test_a_missing_key_is_named(town: Town, tmp_path: Path) -> None:
    settings = {
        "CREDITLINE_RPC_URL": town.stage.chain.url,
        "CREDITLINE_DEPLOYMENT": str(town.stage.folder / "deployment.json"),
    }
    ended = up(tmp_path, settings)
    assert ended.returncode == 78
    assert "CREDITLINE_OPERATOR_KEYSTORE" in ended.stderr


def test_no_secret_reaches_the_log(town: Town) -> None:
    log = (town.stage.folder / "service.log").read_text()
    kept = [town.stage.token_file, town.stage.folder / "keys.secret", town.stage.folder / "salt.key"]
    for secret in (cast.wallet("operator").private_key.hex(), *(file.read_text().strip() for file in kept)):
        assert secret not in log


def test_idle_connections_hold_nothing_up(town: Town) -> None:
    import socket

    host, port = town.stage.url.removeprefix("http://").split(":")
    lines = (b"POST /v1/pictures HTTP/1.1", b"Host: x", b"Content-Length: 1000", b"", b"")
    idle = [socket.create_connection((host, int(port))) for _ in range(60)]
    try:
        for connection in idle:
            connection.sendall(b"\r\n".join(lines))
        assert httpx2.get(f"{town.stage.url}/health", timeout=10).status_code == 200
    finally:
        for connection in idle:
            connection.close()


def test_a_huge_json_body_is_refused_unread(town: Town) -> None:
    body = b'{"name": "' + b"x" * (17 * 1024 * 1024) + b'"}'
    answer = post(town, "/v1/datasets", body, **{"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["two\nlines", "nul\u0000", "\u2028"])
def test_control_characters_are_refused(town: Town, name: str) -> None:
    answer = httpx2.post(
        f"{town.stage.url}/v1/datasets", json={"name": name, "works": [town.work("aiko-0")]}, timeout=60
    )
    assert answer.status_code == 422
    assert "control character" in answer.json()["title"]


@pytest.mark.parametrize("usage_id", ["", "生成", "a/b", "a b", "x" * 201])
def test_a_usage_id_is_plain_text(town: Town, usage_id: str) -> None:
    with pytest.raises(Invalid, match="usage id"):
        town.stage.client.report_usage(
            cast.wallet("integrator"), town.pool, usage_id, draw(8), 1, settlement="direct"
        )


def test_f25_on_loopback_a_session_needs_no_tls(town: Town) -> None:
    wallet = town.aiko
    made = httpx2.post(
        f"{town.stage.url}/v1/session/message", json={"wallet": wallet.address}, timeout=60
    ).json()
    signed = Account.sign_message(encode_defunct(text=made["message"]), wallet.private_key).signature
    body = {"wallet": wallet.address, "nonce": made["nonce"], "signature": "0x" + signed.hex()}
    answer = httpx2.post(f"{town.stage.url}/v1/session", json=body, timeout=60)
    told = answer.headers["set-cookie"]
    assert (told.startswith("creditline-session="), "Secure" in told, "HttpOnly" in told) == (
        True,
        False,
        True,
    )
