import pytest
from hypothesis import given
from hypothesis import strategies as st
from multiformats import CID

from creditline.content import cid
from creditline.errors import Corrupt, Invalid
from tests.content import reference

HELLO = b"hello world\n"
HELLO_CID = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"
GOLDEN = {
    0: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    262144: "bafkreihrqcwmhfwhwa3rvz6mp5v6edwi5nlgihrdyun2hbzcfkvd7ydwcm",
    262145: "bafybeihkjqj5chkwdvfc7ivkprt3fx5qlum45jwu3mgblnpz3afzhe4bni",
    3_000_000: "bafybeiab5rutpvbsof3ebqsj7t4y5dp65yzygfrvf23x4577odzcbybe3q",
    # The widest tree of one level, and the narrowest of two.
    45_613_056: "bafybeid2bcdgjxqypgs4zwq7bck24oyabncroae6p55mr3yozdxo3m5krq",
    45_613_057: "bafybeie6e5w44da6l25wb4vgo65jyjui5ydqtpya37hzpsq4meh2ruxg7u",
}


@pytest.mark.parametrize(("size", "expected"), GOLDEN.items())
def test_cid_of_known_bytes_never_changes(size, expected):
    data = reference.pattern(size)
    assert cid.cid_of(data) == expected == reference.file_blocks(data)[0]


def test_hello_world_is_what_ipfs_prints():
    assert cid.cid_of(HELLO) == HELLO_CID == reference.file_blocks(HELLO)[0]


def test_version_0_becomes_version_1():
    old = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
    # `ipfs add` of hello world without raw leaves: the same bytes, wrapped in a node.
    wrapped = b"\x0a\x12\x08\x02\x12\x0c" + HELLO + b"\x18\x0c"
    assert cid.normal(old) == reference.cid("dag-pb", wrapped) == cid.dag_pb_cid(cid.digest_of(old))


@given(st.binary(min_size=32, max_size=32))
def test_digest_and_cid_are_two_names_of_one_thing(digest):
    for name, codec in ((cid.raw_cid(digest), "raw"), (cid.dag_pb_cid(digest), "dag-pb")):
        other = CID.decode(name)
        assert (other.codec.name, bytes(other.raw_digest)) == (codec, digest)
        assert cid.digest_of(name) == digest
        assert cid.binary(name) == bytes(other)
        assert cid.from_binary(bytes(other)) == name


@given(st.binary(min_size=32, max_size=32))
def test_every_spelling_is_read_as_the_same_cid(digest):
    name = cid.raw_cid(digest)
    for base in ("base58btc", "base16"):
        assert cid.normal(str(CID.decode(name).set(base=base))) == name
    node = cid.dag_pb_cid(digest)
    assert cid.normal(str(CID("base58btc", 0, "dag-pb", ("sha2-256", digest)))) == node


def _as_text(data):
    return str(CID.decode(data).set(base="base32"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "Qm",
        "z",
        "f",
        "z1111",
        "hello",
        "../../etc/passwd",
        HELLO_CID[:-1],
        HELLO_CID + "a",
        HELLO_CID[:-1] + "5",  # spare bits set: the same bytes, spelled differently
        HELLO_CID.upper(),
        "f" + "g" * 72,
        "f 01551220" + "00" * 32,
        "b" * 200,
        "bafkrei\u0131",
        "Qm" + "0" * 44,
        _as_text(b"\x01\x71\x12\x20" + bytes(32)),  # dag-cbor
        _as_text(b"\x01\x55\x14\x20" + bytes(32)),  # sha3-512
        _as_text(b"\x01\x55\x00\x04abcd"),  # identity
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid, match=r"CID"):
        cid.normal(text)


@given(st.text(max_size=80))
def test_no_text_crashes_the_reader(text):
    try:
        parts = cid.parse(text)
    except Invalid:
        return
    assert len(parts.digest) == 32


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_digest_has_32_bytes(size):
    with pytest.raises(Invalid, match="32"):
        cid.raw_cid(bytes(size))


def test_check_names_the_source_of_a_lie():
    assert cid.check(HELLO_CID, HELLO, "The moon") == HELLO
    with pytest.raises(Corrupt, match="The moon"):
        cid.check(HELLO_CID, HELLO + b"!", "The moon")
