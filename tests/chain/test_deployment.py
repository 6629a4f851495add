import json
from dataclasses import replace

import pytest

from creditline.chain.deployment import deploy, read_deployment, verify_deployment, write_deployment
from creditline.chain.node import Node
from creditline.errors import Misconfigured
from tests.chain.anvil import CHAIN_ID, ROOT, Anvil
from tests.chain.scene import hash_of, person

ARTIFACTS = ROOT / "artifacts"


def test_deploying_again_does_nothing(scene, tmp_path):
    before = scene.node.latest().number
    path = scene.anvil.folder / "deployment.json"
    assert deploy(scene.node, person("deployer"), ARTIFACTS, path, demo_token=True) == scene.deployment
    assert scene.node.latest().number == before
    assert read_deployment(path) == scene.deployment

    lost = deploy(scene.node, person("deployer"), ARTIFACTS, tmp_path / "new.json", demo_token=True)
    assert lost.contracts == scene.deployment.contracts
    assert scene.node.code_at(lost.works, lost.block)
    assert not scene.node.code_at(lost.works, lost.block - 1)


@pytest.mark.parametrize("sent", [0, 1, 2, 3, 4])
def test_a_deployment_that_was_killed_goes_on(anvil, tmp_path, monkeypatch, sent):
    node, key, path = Node(anvil.url, CHAIN_ID), person("deployer"), tmp_path / "deployment.json"
    anvil.fund(key.address)
    creations = []
    import creditline.chain.deployment as module

    create = module._create

    def killed_after(direct, step):
        if len(creations) == sent:
            raise KeyboardInterrupt
        creations.append(step.name)
        create(direct, step)

    monkeypatch.setattr(module, "_create", killed_after)
    with pytest.raises(KeyboardInterrupt):
        deploy(node, key, ARTIFACTS, path, demo_token=True)
    planned = read_deployment(path)
    monkeypatch.setattr(module, "_create", create)
    assert deploy(node, key, ARTIFACTS, path, demo_token=True) == planned
    verify_deployment(node, planned)
    assert node.transaction_count(key.address) == 5


def test_missing_contracts_are_named(anvil, scene, tmp_path):
    moved = replace(scene.deployment, ledger=person("nobody").address)
    with pytest.raises(Misconfigured, match="There is no RoyaltyLedger at 0x"):
        verify_deployment(scene.node, moved)
    moved = replace(scene.deployment, fraud_proofs=person("nobody").address)
    with pytest.raises(Misconfigured, match="There is no FraudProofs at 0x"):
        verify_deployment(scene.node, moved)
    moved = replace(scene.deployment, fraud_proofs=scene.deployment.works)
    with pytest.raises(Misconfigured, match="does not use the fraud proofs at"):
        verify_deployment(scene.node, moved)
    with pytest.raises(Misconfigured, match="npx hardhat build"):
        deploy(scene.node, person("deployer"), tmp_path, tmp_path / "d.json")


def test_a_chain_without_the_factory_is_refused(tmp_path):
    bare = Anvil("--disable-default-create2-deployer")
    try:
        with pytest.raises(Misconfigured, match="no contract factory"):
            deploy(Node(bare.url, CHAIN_ID), person("deployer"), ARTIFACTS, tmp_path / "d.json")
    finally:
        bare.stop()


@pytest.mark.parametrize("text", [None, "", "[]", "{}", json.dumps({"chain_id": 1, "works": "0x1"})])
def test_a_file_that_is_no_deployment_is_refused(tmp_path, text):
    path = tmp_path / "deployment.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Misconfigured, match="does not say where the contracts are"):
        read_deployment(path)


def test_a_deployment_of_contracts_without_epochs_is_refused(scene, tmp_path):
    path = tmp_path / "deployment.json"
    write_deployment(scene.deployment, path)
    older = {name: value for name, value in json.loads(path.read_text()).items() if name != "fraud_proofs"}
    path.write_text(json.dumps(older))
    with pytest.raises(Misconfigured, match=r"it names no fraud_proofs\. Run scripts/deploy again"):
        read_deployment(path)
    deploy(scene.node, person("deployer"), ARTIFACTS, path, demo_token=True)
    assert read_deployment(path) == scene.deployment, "a new deployment takes its place"


def test_a_deployment_survives_its_file(scene, tmp_path):
    path = tmp_path / "below" / "deployment.json"
    write_deployment(replace(scene.deployment, demo_token=None), path)
    assert read_deployment(path).demo_token is None
    assert scene.calls.anchor(b"\1" * 32, 1, hash_of("manifest")).to == scene.deployment.works
