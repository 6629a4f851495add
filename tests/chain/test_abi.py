import json

import pytest
from eth_abi.abi import encode as abi_encode

from creditline.chain.abi import COMMONS, NAMES, creation_code, interface, revert_reason
from tests.chain.anvil import ROOT


@pytest.mark.parametrize("name", NAMES)
def test_checked_in_abis_are_those_of_the_build(name):
    folder = "demo/" if name == "DemoYen" else ""
    built = json.loads((ROOT / f"artifacts/contracts/{folder}{name}.sol/{name}.json").read_text())["abi"]
    assert list(interface(name).entries) == built, "run npx hardhat build, then copy the abi fields"


def test_the_checked_in_code_is_that_of_the_build():
    built = json.loads((ROOT / "artifacts/contracts/Commons.sol/Commons.json").read_text())["bytecode"]
    assert f"0x{creation_code(COMMONS).hex()}" == built, "run npx hardhat build, then copy the bytecode field"


def test_an_unknown_event_is_none():
    assert interface("WorkRegistry").decode_event([b"\1" * 32], b"") is None
    assert interface("WorkRegistry").decode_event([], b"") is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no reason given"),
        (bytes.fromhex("08c379a0") + abi_encode(["string"], ["too late"]), "too late"),
        (bytes.fromhex("4e487b71") + abi_encode(["uint256"], [0x11]), "Panic(code=17)"),
        (b"\1\2\3\4", "an unknown error, 0x01020304"),
        (bytes.fromhex("08c379a0") + b"\1", "an unknown error, 0x08c379a001"),
    ],
)
def test_reverts_that_no_contract_of_ours_declares_are_still_spelled(data, reason):
    assert revert_reason(data) == reason


def test_custom_errors_are_spelled_with_their_values():
    selector = next(
        key
        for key, entry in interface("RoyaltyLedger").errors.items()
        if entry["name"] == "InsufficientDeposit"
    )
    data = selector + abi_encode(["uint256", "uint256"], [3, 5])
    assert revert_reason(data) == "InsufficientDeposit(available=3, needed=5)"
