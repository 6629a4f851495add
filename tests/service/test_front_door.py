"""The front door of a real process that gives each address little."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from creditline.access.key import Role
from creditline.client import Wallet
from creditline.demo import cast
from creditline.demo.stage import Ports, Stage
from tests.chain.wallets import wallet_code
from tests.service.town import PROJECT, draw, free_port

BURST = 2_000
ATTRIBUTION = 500
ORIGIN = "https://creditline.example"
COOKIE = "__Host-creditline-session"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A chain without works, and the service behind a proxy that it knows, on loopback, and that ends TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDITLINE_ADDRESS_UNITS_BURST", str(BURST))
        patch.setenv("CREDITLINE_ADDRESS_UNITS_PER_MINUTE", "60")
        patch.setenv("CREDITLINE_TRUSTED_PROXIES", "127.0.0.1")
        patch.setenv("CREDITLINE_PUBLIC_URL", ORIGIN)
        folder = tmp_path_factory.mktemp("stage")
        (folder / "operator.token").write_text("ab" * 32)  # as versions before keys made it
        stage = Stage(PROJECT, folder, Ports(free_port(), free_port()))
    try:
        stage.wait_for_service()
        yield stage
    finally:
        stage.close()


def call(
    stage: Stage, method: str, path: str, address: str, key: str = "", once: str = "", **request: object
) -> httpx2.Response:
    headers = {"X-Forwarded-For": address, **dict(request.pop("headers", {}))}  # type: ignore[call-overload]
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"Idempotency-Key": once} if once else {}
    return httpx2.request(method, stage.url + path, headers=headers, timeout=60, **request)  # type: ignore[arg-type]


def test_f26_who_asks_too_much_is_told_when_to_come_back(stage: Stage) -> None:
    form = {"model": "0x" + "11" * 32}
    answers = [
        call(stage, "POST", "/v1/attributions", "203.0.113.1", data=form, files={"picture": b"x"})
        for _ in range(BURST // ATTRIBUTION + 1)
    ]
    assert [each.status_code for each in answers] == [404] * 4 + [429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert 400 < int(refused.headers["retry-after"]) <= 500
    assert call(stage, "GET", "/v1/works", "203.0.113.2").status_code == 200


@pytest.mark.parametrize("limit", [0, 201, 10**30])
def test_f26_a_page_has_an_end(stage: Stage, limit: int) -> None:
    answer = call(stage, "GET", f"/v1/works?limit={limit}", "203.0.113.3")
    assert (answer.status_code, "limit" in answer.json()["title"]) == (422, True)


def key(stage: Stage, *arguments: str, status: int = 0) -> dict[str, Any]:
    """`creditline key …` beside the running service."""
    command = [sys.executable, "-m", "creditline", "key", *arguments, "--json"]
    ended = subprocess.run(
        [*command, "--data-dir", str(stage.folder)],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == status, ended.stderr
    return dict(json.loads(ended.stdout))


@pytest.fixture(scope="module")
def holders(stage: Stage) -> dict[str, dict[str, Any]]:
    """A key of each role."""
    return {role: key(stage, "create", f"holder of {role}", "--role", role) for role in Role}


def settle(stage: Stage, text: str) -> httpx2.Response:
    return call(stage, "POST", "/v1/settlements", "203.0.113.9", text)


def test_f34_the_token_of_an_older_version_becomes_a_key(stage: Stage) -> None:
    token = stage.token_file.read_text()
    assert token.startswith("clk_")
    assert stage.token_file.stat().st_mode & 0o077 == 0
    assert settle(stage, token).status_code == 202
    assert settle(stage, "ab" * 32).status_code == 401
    (found,) = (each for each in key(stage, "list")["keys"] if each["holder"] == "operator")
    assert (found["state"], "operate" in found["scopes"]) == ("valid", True)


def test_f24_a_key_lives_from_creation_to_revocation_beside_a_running_service(stage: Stage) -> None:
    made = key(stage, "create", "second operator", "--role", "operator", "--days", "30")
    assert settle(stage, made["key"]).status_code == 202
    newer = key(stage, "rotate", made["id"], "--overlap-hours", "0")
    assert settle(stage, newer["key"]).status_code == 202
    expired = settle(stage, made["key"])
    assert (expired.status_code, "is expired" in expired.json()["title"]) == (401, True)
    assert key(stage, "revoke", newer["id"])["state"] == "revoked"
    refused = settle(stage, newer["key"])
    assert (refused.status_code, "is revoked" in refused.json()["title"]) == (401, True)
    listed = {each["id"]: each for each in key(stage, "list")["keys"]}
    assert listed[newer["id"]]["last_used_at"] is not None
    assert "key" not in listed[newer["id"]]
    for text in (made["key"], newer["key"]):
        secret = text.split("_")[2]
        for file in stage.folder.glob("creditline.db*"):
            assert secret.encode() not in file.read_bytes()
        assert secret not in (stage.folder / "service.log").read_text()


@pytest.mark.parametrize(
    ("role", "path", "is_allowed"),
    [
        ("integrator", "/v1/settlements", False),
        ("auditor", "/v1/settlements", False),
        ("auditor", "/v1/claims", False),
        ("creator", "/v1/pools", False),
        ("creator", "/v1/claims", True),
        ("integrator", "/v1/claims", False),
        ("integrator", "/v1/pools", True),
        ("operator", "/v1/claims", True),
    ],
)
def test_f24_a_key_does_what_its_scopes_say(
    stage: Stage, holders: dict[str, dict[str, Any]], role: str, path: str, is_allowed: bool
) -> None:
    made = holders[role]
    answer = call(stage, "POST", path, "203.0.113.10", made["key"], json={})
    if is_allowed:
        assert answer.status_code == 422, "it was let in to complain about the empty body"
    else:
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:creditline:problem:forbidden")
        assert made["id"] in answer.json()["title"]
    assert call(stage, "GET", "/v1/works", "203.0.113.10", made["key"]).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["create", "x"], 2, "Either a role or scopes"),
        (["create", "x", "--role", "boss"], 2, "boss"),
        (["create", "x", "--scope", "everything"], 2, "everything"),
        (["create", "two\nlines", "--role", "auditor"], 2, "holder"),
        (["revoke", "aaaaaaaa"], 3, "no key"),
    ],
)
def test_what_cannot_be_right_is_explained(
    stage: Stage, arguments: list[str], status: int, complaint: str
) -> None:
    assert complaint in key(stage, *arguments, status=status)["what"]


def test_keys_are_made_where_a_service_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("nowhere")
    command = [sys.executable, "-m", "creditline", "key", "list", "--data-dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, "No service has run here" in ended.stderr) == (78, True)
    assert list(folder.iterdir()) == []


def test_f14_64_parallel_calls_of_one_key_are_one(stage: Stage, holders: dict[str, dict[str, Any]]) -> None:
    """The engine has room for 32: were it asked 64 times, some would be refused as busy."""
    made = holders["integrator"]["key"]

    def send(_: int) -> httpx2.Response:
        return call(stage, "POST", "/v1/pictures", "203.0.113.11", made, "picture-1", content=draw(5))

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(send, range(64)))
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.text for each in answers if each.status_code == 201}) == 1
    again = send(0)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    other = call(stage, "POST", "/v1/pictures", "203.0.113.11", made, "picture-1", content=draw(6))
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:creditline:problem:idempotency-key-reused",
    )
    elsewhere = call(stage, "POST", "/v1/pictures", "203.0.113.12", "", "picture-1", content=draw(6))
    assert elsewhere.status_code == 201, "another caller's keys are its own"


def sign(who: Wallet, text: str) -> str:
    return "0x" + str(Account.sign_message(encode_defunct(text=text), who.private_key).signature.hex())


def sign_in(stage: Stage, wallet: str, sign: Callable[[str], str], **headers: str) -> httpx2.Response:
    made = call(stage, "POST", "/v1/session/message", PLACE, json={"wallet": wallet}).json()
    body = {"wallet": wallet, "nonce": made["nonce"], "signature": sign(made["message"])}
    return call(stage, "POST", "/v1/session", PLACE, json=body, headers=headers)


def cookie(answer: httpx2.Response) -> tuple[str, dict[str, str]]:
    """The secret that was set, and what the browser is told about it."""
    name_and_value, *rest = answer.headers["set-cookie"].split("; ")
    name, _, value = name_and_value.partition("=")
    assert name == COOKIE
    return value, {key.lower(): value for key, _, value in (each.partition("=") for each in rest)}


PLACE = "203.0.113.20"


def test_f25_a_creator_signs_in_and_out(stage: Stage) -> None:
    aiko = cast.creator("Aiko")
    answer = sign_in(stage, aiko.address, lambda text: sign(aiko, text))
    assert answer.status_code == 201, answer.text
    secret, told = cookie(answer)
    assert {"httponly", "secure"} <= told.keys()
    assert (told["samesite"], told["path"], "domain" in told) == ("strict", "/", False)
    assert int(told["max-age"]) == 12 * 3600
    mine = {"Cookie": f"{COOKIE}={secret}"}
    shown = call(stage, "GET", "/v1/session", PLACE, headers=mine)
    assert (shown.json(), shown.headers["cache-control"]) == (answer.json(), "no-store")
    assert (shown.json()["wallet"], shown.json()["role"]) == (aiko.address, "creator")

    refused = call(stage, "DELETE", "/v1/session", PLACE, headers=mine)
    assert (refused.status_code, "X-CSRF-Token" in refused.json()["title"]) == (403, True)
    meant = {**mine, "X-CSRF-Token": shown.json()["csrf_token"], "Origin": ORIGIN}
    ended = call(stage, "DELETE", "/v1/session", PLACE, headers=meant)
    assert (ended.status_code, "Max-Age=0" in ended.headers["set-cookie"]) == (204, True)
    for path in ("/v1/session", "/v1/works"):
        after = call(stage, "GET", path, PLACE, headers=mine)
        assert after.status_code == (401 if path == "/v1/session" else 200), "an old cookie is no error"
    log = (stage.folder / "service.log").read_text()
    assert secret not in log


def test_f25_every_change_in_a_session_is_meant(stage: Stage) -> None:
    ben = cast.creator("Ben")
    answer = sign_in(stage, ben.address, lambda text: sign(ben, text))
    mine = {"Cookie": f"{COOKIE}={cookie(answer)[0]}"}
    token = {"X-CSRF-Token": answer.json()["csrf_token"]}
    for headers, status in (
        (mine, 403),
        ({**mine, "X-CSRF-Token": "0" * 64}, 403),
        ({**mine, **token, "Origin": "https://evil.example"}, 403),
        ({**mine, **token}, 422),
        ({**mine, **token, "Origin": ORIGIN}, 422),
    ):
        assert call(stage, "POST", "/v1/claims", PLACE, json={}, headers=headers).status_code == status
    operating = call(stage, "POST", "/v1/settlements", PLACE, headers={**mine, **token})
    assert operating.status_code == 401, "no session operates"


def test_f25_a_planted_cookie_is_not_taken_over(stage: Stage) -> None:
    """Session fixation, and another site that signs a visitor in as somebody else."""
    ben = cast.creator("Ben")
    planted = {"Cookie": f"{COOKIE}=planted"}
    answer = sign_in(stage, ben.address, lambda text: sign(ben, text), **planted)
    assert cookie(answer)[0] != "planted"
    assert call(stage, "GET", "/v1/session", PLACE, headers=planted).status_code == 401
    forced = sign_in(stage, ben.address, lambda text: sign(ben, text), Origin="https://evil.example")
    assert (forced.status_code, "set-cookie" in forced.headers) == (403, False)


def test_f25_what_is_no_signature_of_the_wallet_signs_nobody_in(stage: Stage) -> None:
    aiko, ben = cast.creator("Aiko"), cast.creator("Ben")
    for signature in (lambda text: sign(ben, text), lambda text: sign(aiko, text + " "), lambda _: "0x1234"):
        answer = sign_in(stage, aiko.address, signature)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_f25_a_contract_wallet_signs_in(stage: Stage) -> None:
    wallet = cast.creator("Contract").address
    stage.chain._ask("anvil_setCode", wallet, wallet_code("1626ba7e"))
    assert sign_in(stage, wallet, lambda _: "0x1234").status_code == 201
    stage.chain._ask("anvil_setCode", wallet, wallet_code("ffffffff"))
    assert sign_in(stage, wallet, lambda _: "0x1234").status_code == 403
