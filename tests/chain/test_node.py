import pytest

from creditline.chain.node import Node, Reverted
from creditline.chain.signatures import SignatureVerifier
from creditline.errors import Misconfigured, Missing, Unavailable
from creditline.typed_data import works_domain
from tests.chain.anvil import CHAIN_ID
from tests.chain.proxy import Status
from tests.chain.scene import hash_of, person


def wallet_code(magic):
    """A contract that answers every call with these 32 bytes."""
    return "0x7f" + magic.ljust(64, "0") + "5f5260205ff3"


def test_a_node_that_is_down_is_unavailable():
    with pytest.raises(Unavailable, match="does not answer"):
        Node("http://127.0.0.1:9", CHAIN_ID).latest()


def test_a_node_of_another_chain_is_refused_by_both_names(anvil):
    node = Node(anvil.url, 1)
    for _ in range(2):
        with pytest.raises(Misconfigured, match=r"serves chain 31337, not chain 1"):
            node.latest()
    with pytest.raises(Misconfigured):
        node.blocks(0, 0)


def test_a_hanging_node_is_unavailable(anvil):
    node = Node(anvil.url, CHAIN_ID, timeout_s=0.2)
    node.check_chain()
    anvil.pause()
    with pytest.raises(Unavailable, match="Timeout"):
        node.latest()
    anvil.resume()
    assert node.latest().number == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_http_errors_are_unavailable(anvil, proxy, status):
    node = Node(proxy.url, CHAIN_ID)
    node.check_chain()

    def refuse(_request, _answer):
        raise Status(status)

    proxy.rule = refuse
    with pytest.raises(Unavailable, match="HTTPError"):
        node.latest()
    with pytest.raises(Unavailable):
        node.blocks(0, 0)


def test_a_rate_limit_in_json_is_unavailable(anvil, proxy):
    node = Node(proxy.url, CHAIN_ID)
    node.check_chain()
    proxy.rule = lambda request, _answer: {
        "id": request["id"],
        "error": {"code": -32005, "message": "slow down"},
    }
    with pytest.raises(Unavailable, match="slow down"):
        node.latest()


def test_a_node_that_refuses_plain_questions_is_unavailable(anvil, proxy):
    node = Node(proxy.url, CHAIN_ID)
    node.check_chain()
    proxy.rule = lambda request, _answer: {"id": request["id"], "error": "no"}
    with pytest.raises(Unavailable, match="refuses eth_getBalance"):
        node.balance(person("anyone").address)
    with pytest.raises(Unavailable, match="refuses"):
        node.blocks(0, 0)
    with pytest.raises(Unavailable, match="refuses"):
        node.logs_of_blocks([], [hash_of("block")])
    with pytest.raises(Unavailable, match="refuses the logs of block 0"):
        node.logs([], 0, 3)


def test_a_null_block_is_asked_again(anvil, proxy):
    node = Node(proxy.url, CHAIN_ID)
    node.check_chain()
    proxy.rule = lambda _request, answer: {**answer, "result": None}
    with pytest.raises(Unavailable, match="no finalized block"):
        node.finalised()
    assert node.block(0) is None


def test_a_refused_range_of_logs_is_split(scene, proxy):
    alice = scene.person("alice")
    for title in ("a", "b", "c"):
        scene.register(alice, title)
    node, last = Node(proxy.url, CHAIN_ID), scene.node.latest().number
    addresses = list(scene.deployment.contracts)
    whole = node.logs(addresses, 0, last)

    def narrow(request, answer):
        if request["method"] == "eth_getLogs":
            query = request["params"][0]
            if int(query["toBlock"], 16) - int(query["fromBlock"], 16) > 1:
                return {"id": request["id"], "error": {"code": -32005, "message": "too many results"}}
        return answer

    proxy.rule = narrow
    assert len(whole) == 3
    assert node.logs(addresses, 0, last) == whole


def test_a_block_that_is_not_there_is_missing(scene):
    assert scene.node.block(10_000) is None
    with pytest.raises(Missing, match="no block 10000"):
        scene.reader.block_time(10_000)
    assert scene.reader.block_time(0) > 0
    with pytest.raises(Misconfigured, match="does not answer decimals"):
        scene.reader.token_decimals(person("nobody").address)
    assert scene.reader.token_decimals(scene.deployment.demo_token) == 6
    assert scene.reader.token_symbol(scene.deployment.demo_token) == "dJPY"
    assert scene.reader.allowance(scene.deployment.demo_token, scene.integrator.address) == 0


def test_a_mined_revert_is_explained(scene):
    call = scene.calls.claim_fixed(hash_of("pool"), 0)
    with pytest.raises(Reverted):
        scene.node.call(call.to, call.data)
    reason = scene.node.why_reverted(
        call.to, call.data, scene.operator.address, 0, scene.node.latest().number
    )
    assert reason.startswith("PoolUnknown(poolId=0x")
    works = scene.calls.anchor(b"\1" * 32, 1, hash_of("manifest"))
    reason = scene.node.why_reverted(
        works.to, works.data, scene.operator.address, 0, scene.node.latest().number
    )
    assert reason.startswith("reverted after an earlier transaction")


def test_signatures_count_as_the_contracts_count_them(scene):
    alice, batch = person("alice"), scene.batch(person("alice"), ["a"])
    data, check = batch.typed_data(scene.domain), SignatureVerifier(scene.node)
    signature = alice.sign_typed(data)
    assert check(alice.address, data, signature)
    assert not check(person("bob").address, data, signature)
    assert not check(alice.address, batch.typed_data(works_domain(1, scene.deployment.works)), signature)
    assert not check(alice.address, data, "no hex")
    assert not check(alice.address, data, signature[:-2])
    zero_based = signature[:-2] + f"{int(signature[-2:], 16) - 27:02x}"
    assert not check(alice.address, data, zero_based), "the chain would refuse it"


@pytest.mark.parametrize(
    ("code", "signed"),
    [(wallet_code("1626ba7e"), True), (wallet_code("ffffffff"), False), ("0x5f5ffd", False), ("0x00", False)],
)
def test_contract_wallets_are_asked(scene, code, signed):
    wallet, batch = person("wallet").address, scene.batch(person("alice"), ["a"])
    scene.anvil.ask("anvil_setCode", wallet, code)
    check = SignatureVerifier(scene.node)
    assert check(wallet, batch.typed_data(scene.domain), "0x" + "11" * 65) is signed
