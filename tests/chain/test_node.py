import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak

from creditline.chain.calls import Call
from creditline.chain.direct import Direct
from creditline.chain.finalised import FinalisedChain
from creditline.chain.node import Node, Reverted
from creditline.chain.signatures import SignatureVerifier
from creditline.errors import Misconfigured, Missing, Unavailable
from creditline.ids import ZERO_ADDRESS
from creditline.typed_data import REGISTER, typed_data, works_domain
from tests.chain.anvil import CHAIN_ID
from tests.chain.proxy import Status
from tests.chain.scene import FAR, hash_of, person
from tests.chain.wallets import wallet_code


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


def test_a_revert_that_is_too_old_to_replay_is_still_a_revert(scene, proxy):
    node, call = Node(proxy.url, CHAIN_ID), scene.calls.claim_fixed(hash_of("pool"), 0)
    node.check_chain()
    proxy.rule = lambda request, _answer: {
        "id": request["id"],
        "error": {"code": -32000, "message": "missing trie node"},
    }
    reason = node.why_reverted(call.to, call.data, scene.operator.address, 0, 1)
    assert reason == "reverted, and the node cannot say why: missing trie node"


def test_signatures_count_as_the_contracts_count_them(scene):
    alice, batch = person("alice"), scene.batch(person("alice"), ["a"])
    data, check = batch.typed_data(scene.domain), SignatureVerifier(scene.node)
    signature = alice.sign_typed(data)
    assert check(alice.address, data, signature)
    assert not check(person("bob").address, data, signature)
    assert not check(alice.address, batch.typed_data(works_domain(1, scene.deployment.works)), signature)
    assert not check(alice.address, data, "no hex")
    assert not check(alice.address, data, signature[:-4])
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


def test_a_wallet_that_breaks_or_burns_all_gas_has_not_signed(scene):
    """INVALID, an endless loop, an empty stack, a jump to nowhere: none of them is a failure of the node."""
    wallet, batch = person("wallet").address, scene.batch(person("alice"), ["a"])
    check = SignatureVerifier(scene.node)
    for code in ("0xfe", "0x5b5f56", "0x01", "0x60ff56"):
        scene.anvil.ask("anvil_setCode", wallet, code)
        assert not check(wallet, batch.typed_data(scene.domain), "0x1234"), code


def test_the_gas_of_asking_a_wallet_is_bounded(scene, proxy):
    asked = []

    def note(request, answer):
        if request["method"] == "eth_call":
            asked.append(int(request["params"][0]["gas"], 16))
        return answer

    proxy.rule = note
    wallet = person("wallet").address
    scene.anvil.ask("anvil_setCode", wallet, "0x5b5f56")
    assert not Node(proxy.url, CHAIN_ID).is_valid_signature(wallet, b"\0" * 32, b"")
    assert asked == [2_000_000]


def test_a_node_that_refuses_to_look_is_unavailable_and_says_nothing_of_the_wallet(scene, proxy):
    node, wallet = Node(proxy.url, CHAIN_ID), person("wallet").address
    node.check_chain()
    proxy.rule = lambda request, _answer: {
        "id": request["id"],
        "error": {"code": -32000, "message": "missing trie node"},
    }
    with pytest.raises(Unavailable, match="missing trie node"):
        node.is_valid_signature(wallet, b"\0" * 32, b"")
    for ask in (node.latest, node.finalised, node.check_chain, lambda: node.block(0)):
        with pytest.raises(Unavailable, match="missing trie node"):
            ask()
    with pytest.raises(Unavailable, match="missing trie node"):
        Direct(node, scene.operator).send(wallet, b"")


def test_a_contract_that_breaks_is_told_apart_from_a_node_that_does(scene):
    scene.anvil.ask("anvil_setCode", person("trap").address, "0xfe")
    with pytest.raises(Reverted, match="InvalidFEOpcode"):
        scene.reader.balance(person("trap").address, scene.operator.address)


def spellings(signature):
    """One signature in all its spellings, and what only looks like one."""
    r, s, v = signature[2:66], int(signature[66:130], 16), int(signature[130:], 16)
    n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    packed = s | (v - 27) << 255
    other = f"{n - s:064x}{55 - v:02x}"
    return {
        "plain": signature,
        "short": f"0x{r}{packed:064x}",
        "short, other v": f"0x{r}{packed ^ 1 << 255:064x}",
        "other half": f"0x{r}{other}",
        "zero-based": f"0x{r}{s:064x}{v - 27:02x}",
        "other v": f"0x{r}{s:064x}{55 - v:02x}",
        "cut": signature[:-2],
        "longer": signature + "00",
        "zero": "0x" + "00" * 64 + "1b",
        "too big": "0x" + "ff" * 65,
        "empty": "0x",
    }


@pytest.mark.parametrize("code", ["0x", wallet_code("1626ba7e"), wallet_code("ffffffff"), "0xfe", "0x5b5f56"])
def test_signatures_are_judged_as_the_registry_judges_them(scene, code):
    """Wallets with and without code, a key that signs beside its code (EIP-7702), every spelling of a signature."""
    alice, hashes = person("alice"), {"content_hash": hash_of("c"), "record_hash": hash_of("r")}
    message = {"creator": alice.address, "contentHash": hashes["content_hash"], "payee": alice.address}
    message |= {"recordHash": hashes["record_hash"], "deadline": FAR}
    data = typed_data(scene.domain, "Register", REGISTER, message)
    scene.anvil.ask("anvil_setCode", alice.address, code)
    check = SignatureVerifier(scene.node)
    judged, accepted = {}, {}
    for name, signature in spellings(alice.sign_typed(data)).items():
        judged[name] = check(alice.address, data, signature)
        call = scene.calls.register_for(
            creator=alice.address, payee=alice.address, deadline=FAR, signature=signature, **hashes,
        )  # fmt: skip
        accepted[name] = is_accepted(scene.node, call)
    assert judged == accepted
    assert (judged["plain"], judged["short"]) == (True, True)
    assert judged["zero-based"] == (code == wallet_code("1626ba7e"))


def is_accepted(node, call):
    try:
        node.call(call.to, call.data)
    except Reverted as reverted:
        if not reverted.reason.startswith("BadSignature("):
            raise
        return False
    return True


def personal(who, text):
    return "0x" + Account.sign_message(encode_defunct(text=text), who._account.key).signature.hex()


def test_f25_a_text_is_signed_by_a_key_as_it_is_shown(scene):
    alice, check = person("alice"), SignatureVerifier(scene.node).is_text_signed
    signature = personal(alice, "Sign in\nNonce: 1")
    assert check(alice.address, "Sign in\nNonce: 1", signature)
    assert not check(alice.address, "Sign in\nNonce: 2", signature)
    assert not check(person("bob").address, "Sign in\nNonce: 1", signature)
    assert not check(alice.address, "Sign in\nNonce: 1", "0x")
    assert not check(ZERO_ADDRESS, "Sign in\nNonce: 1", signature)


@pytest.mark.parametrize(
    ("code", "signed"), [(wallet_code("1626ba7e"), True), (wallet_code("ffffffff"), False), ("0xfe", False)]
)
def test_f25_a_contract_wallet_is_asked_for_a_text_too(scene, code, signed):
    wallet = person("wallet").address
    scene.anvil.ask("anvil_setCode", wallet, code)
    assert SignatureVerifier(scene.node).is_text_signed(wallet, "Sign in", "0x1234") is signed


def test_f25_a_contract_wallet_is_asked_for_the_digest_of_the_text(scene, proxy):
    """EIP-191, version 0x45: what `personal_sign` signs."""
    wallet, asked = person("wallet").address, []
    scene.anvil.ask("anvil_setCode", wallet, wallet_code("1626ba7e"))

    def note(request, answer):
        if request["method"] == "eth_call":
            asked.append(request["params"][0]["data"])
        return answer

    proxy.rule = note
    SignatureVerifier(Node(proxy.url, CHAIN_ID)).is_text_signed(wallet, "生成", "0x1234")
    text = "生成".encode()
    expected = keccak(b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text)
    assert [data[10:74] for data in asked] == [expected.hex()]


def test_nobody_signs_for_the_zero_address(scene):
    batch = scene.batch(person("alice"), ["a"])
    scene.anvil.ask("anvil_setCode", ZERO_ADDRESS, wallet_code("1626ba7e"))
    assert not SignatureVerifier(scene.node)(ZERO_ADDRESS, batch.typed_data(scene.domain), "0x" + "00" * 65)


def test_ether_is_counted_at_the_block_that_is_asked_for(scene):
    rich = person("rich").address
    before = scene.node.latest().number
    scene.send(Call(rich, b"", 10**18))
    scene.anvil.finalise()
    now = scene.node.latest().number
    held = [scene.reader.balance(ZERO_ADDRESS, rich, block) for block in (before, now, None)]
    assert held == [0, 10**18, 10**18]


def test_an_auditor_counts_ether_and_code_at_the_final_block(scene):
    rich = person("rich").address
    scene.anvil.finalise()
    chain = FinalisedChain(scene.node, scene.deployment)
    scene.send(Call(rich, b"", 10**18))
    assert chain.token_balance(ZERO_ADDRESS, rich) == 0
    assert chain.has_code(scene.deployment.ledger)
    assert not chain.has_code(scene.operator.address)
