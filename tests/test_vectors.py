"""Python against the golden vectors that the contracts and JavaScript are held to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from creditline import ids, merkle, typed_data
from creditline.amounts import Terms, credit_works, cut_revenue, cut_total
from creditline.chain.calls import Calls
from creditline.chain.deployment import Deployment
from creditline.chain.drafts import Drafts
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import pack_shares, unpack_shares
from creditline.works.batch import Leaf

FOLDER = Path(__file__).parent / "vectors"
SOMEWHERE = ids.address("0x" + "11" * 20)


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text()))


def fields(message: dict[str, Any]) -> list[str]:
    return [message[name] for name in ("creator", "contentHash", "recordHash", "termsHash", "payee", "salt")]


TREES, SPLITS, TYPED, IDS = load("trees"), load("splits"), load("typed_data"), load("ids")
KNOWN = {name: getattr(typed_data, name.upper()) for name in ("Register", "Batch", "Report", "Reports")}


@pytest.mark.parametrize("case", TREES["batch"], ids=lambda case: f"{case['count']} works")
def test_batch_trees(case: dict[str, Any]) -> None:
    leaves = [Leaf(*fields(leaf)) for leaf in case["leaves"]]
    check_tree(case, [leaf.hash() for leaf in leaves])


@pytest.mark.parametrize("case", TREES["dataset"], ids=lambda case: f"{case['count']} works")
def test_dataset_trees(case: dict[str, Any]) -> None:
    check_tree(case, [merkle.dataset_leaf(work) for work in case["leaves"]])


def check_tree(case: dict[str, Any], hashes: list[bytes]) -> None:
    tree = merkle.Tree(hashes)
    assert ["0x" + each.hex() for each in hashes] == case["leafHashes"]
    assert "0x" + tree.root.hex() == case["root"]
    assert merkle.depth(case["count"]) == case["depth"]
    for item in case["proofs"]:
        proof = tree.proof(item["index"])
        assert ["0x" + each.hex() for each in proof] == item["proof"]
        assert merkle.verify(tree.root, hashes[item["index"]], item["index"], case["count"], proof)


@pytest.mark.parametrize("case", [case for case in TYPED["cases"] if case["primaryType"] in KNOWN])
def test_typed_data(case: dict[str, Any]) -> None:
    place = case["domain"]
    domain = typed_data.Domain(place["name"], int(place["chainId"]), ids.address(place["verifyingContract"]))
    primary = case["primaryType"]
    nested = {"Report": typed_data.REPORT} if primary == "Reports" else None
    data = typed_data.typed_data(domain, primary, KNOWN[primary], plain(case["message"]), nested)
    assert "0x" + typed_data.digest(data).hex() == case["digest"]
    assert typed_data.signer_of(data, case["signature"]) == case["signer"]


def plain(value: Any) -> Any:
    """Decimal strings stand for integers that JSON cannot hold."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and value.startswith("0x"):
        return bytes.fromhex(value[2:]) if len(value) == 66 else value
    return int(value) if isinstance(value, str) and value.isdigit() else value


def test_signing_gives_the_same_bytes() -> None:
    case = next(case for case in TYPED["cases"] if case["primaryType"] == "Batch")
    domain = typed_data.Domain(
        case["domain"]["name"], int(case["domain"]["chainId"]), case["domain"]["verifyingContract"]
    )
    data = typed_data.typed_data(domain, "Batch", typed_data.BATCH, plain(case["message"]))
    keys = [keccak(number.to_bytes(32)) for number in range(1, 12)]
    assert case["signature"] in {typed_data.sign(data, key) for key in keys}


def test_ids() -> None:
    work, dataset, model = IDS["workId"], IDS["datasetId"], IDS["modelId"]
    assert ids.work_id(work["creator"], work["contentHash"]) == work["id"]
    found = ids.dataset_id(
        dataset["by"],
        ids.raw(dataset["root"]),
        int(dataset["count"]),
        int(dataset["cutoff"]),
        ids.raw(dataset["manifest"]),
    )
    assert found == dataset["id"]
    assert (
        ids.model_id(model["developer"], model["weightsHash"], model["algorithmHash"], model["datasetIds"])
        == model["id"]
    )


def test_pool_ids() -> None:
    case = dict(IDS["poolId"])
    expected = case.pop("id")
    names = PoolParams.__dataclass_fields__
    values = [int(value) if str(value).isdigit() else value for value in case.values()]
    drafts = Drafts(Calls(Deployment(31337, SOMEWHERE, SOMEWHERE, SOMEWHERE, SOMEWHERE, 0)))
    assert drafts.pool_id(PoolParams(**dict(zip(names, values, strict=True)))) == expected


@pytest.mark.parametrize("pool", SPLITS["pools"])
def test_splits(pool: dict[str, Any]) -> None:
    terms = Terms(int(pool["creatorBps"]), int(pool["developerBps"]), int(pool["computeBps"]))
    before = 0
    for report in pool["reports"]:
        revenue = int(report["revenue"])
        cut = cut_revenue(before, revenue, terms)
        parts = [cut.creators, cut.developer, cut.compute, cut.treasury]
        assert parts == [int(report[name]) for name in ("creatorPart", "developer", "compute", "treasury")]
        credit = credit_works(cut.creators, report["weights"])
        assert [str(amount) for amount in credit.works] == report["amounts"]
        assert str(credit.unattributed) == report["unattributed"]
        assert pack_shares(report["weights"]) == int(report["packedWeights"], 16)
        assert unpack_shares(int(report["packedWeights"], 16), len(report["weights"])) == report["weights"]
        before += revenue
        assert str(cut_total(before, terms).treasury) == report["after"]["treasury"]
