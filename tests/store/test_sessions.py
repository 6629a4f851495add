"""F25: signing in with a wallet, over a real database. The chain's part, contract wallets, is tested in the chain room."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from sqlalchemy import func, select, text

from creditline.access.sign_in import MESSAGE_S, SESSION_S, SignIn
from creditline.errors import Unauthorised, WrongSignature
from creditline.store.access_tables import sessions, spent_nonces
from creditline.store.sessions import Sessions
from tests.royalties.market import Clock
from tests.works.samples import wallet

URL, CHAIN = "https://creditline.example", 31337
AIKO, MALLORY = wallet("aiko"), wallet("mallory")

# The ABNF of EIP-4361, for the fields that are in use here.
MESSAGE = re.compile(
    r"(?P<domain>[^/?#\s]+) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n"
    r"\n(?P<statement>[^\n]+)\n\n"
    r"URI: (?P<uri>\S+)\nVersion: 1\nChain ID: (?P<chain>\d+)\nNonce: (?P<nonce>[a-zA-Z0-9]{8,})\n"
    r"Issued At: (?P<issued>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    r"Expiration Time: (?P<expires>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)


def is_signed(who, message, signature):
    return Account.recover_message(encode_defunct(text=message), signature=signature) == who


def signed(who, message):
    return "0x" + Account.sign_message(encode_defunct(text=message), who.private_key).signature.hex()


def sign_in_at(database, clock, url=URL, chain_id=CHAIN, secret=b"s" * 32):
    return SignIn(
        Sessions(database), url=url, chain_id=chain_id, is_signed=is_signed, secret=secret, clock=clock
    )


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sign_in(database, clock):
    return sign_in_at(database, clock)


def begin(sign_in, who=AIKO):
    message = sign_in.prepare(who.address)
    return sign_in.begin(who.address, message.nonce, signed(who, message.text))


def test_the_message_is_one_of_eip_4361_and_says_what_it_is_for(sign_in):
    found = MESSAGE.fullmatch(sign_in.prepare(AIKO.address).text)
    assert found is not None
    assert (found["domain"], found["uri"], found["chain"]) == ("creditline.example", URL, str(CHAIN))
    assert (found["address"], found["issued"], found["expires"]) == (
        AIKO.address,
        "1970-01-12T13:46:40Z",
        "1970-01-12T13:56:40Z",
    )


def test_a_wallet_that_signs_is_signed_in_until_its_session_expires(sign_in, clock):
    session, secret = begin(sign_in)
    assert (session.wallet, session.expires_at) == (AIKO.address, int(clock.now) + SESSION_S)
    clock.now += SESSION_S - 1
    assert sign_in.find(secret) == session
    clock.now += 1
    assert sign_in.find(secret) is None


def test_f25_a_nonce_is_good_once(database, sign_in):
    message = sign_in.prepare(AIKO.address)
    signature = signed(AIKO, message.text)
    sign_in.begin(AIKO.address, message.nonce, signature)
    for again in (sign_in, sign_in_at(database, Clock())):
        with pytest.raises(Unauthorised, match="has been used"):
            again.begin(AIKO.address, message.nonce, signature)


def test_f25_of_many_at_once_with_one_nonce_one_gets_in(sign_in):
    message = sign_in.prepare(AIKO.address)
    signature, barrier = signed(AIKO, message.text), threading.Barrier(8)

    def try_it(_):
        barrier.wait()
        try:
            return sign_in.begin(AIKO.address, message.nonce, signature)
        except Unauthorised:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(each is not None for each in pool.map(try_it, range(8))) == 1


def test_f25_a_message_is_good_for_ten_minutes(sign_in, clock):
    message = sign_in.prepare(AIKO.address)
    signature = signed(AIKO, message.text)
    clock.now += MESSAGE_S
    with pytest.raises(Unauthorised, match="has expired"):
        sign_in.begin(AIKO.address, message.nonce, signature)
    clock.now -= 1
    sign_in.begin(AIKO.address, message.nonce, signature)


@pytest.mark.parametrize(
    "elsewhere",
    [{"url": "https://evil.example"}, {"chain_id": 1}, {"secret": b"t" * 32}, {"url": URL + ":444"}],
)
def test_f25_what_was_made_elsewhere_is_worth_nothing_here(database, clock, sign_in, elsewhere):
    """Another domain, another chain, another service: neither its nonce nor its message."""
    message = sign_in_at(database, clock, **elsewhere).prepare(AIKO.address)
    with pytest.raises(Unauthorised, match="not made for this wallet here"):
        sign_in.begin(AIKO.address, message.nonce, signed(AIKO, message.text))
    own = sign_in.prepare(AIKO.address)
    if "secret" not in elsewhere:
        phished = message.text.replace(message.nonce, own.nonce)
        with pytest.raises(WrongSignature):
            sign_in.begin(AIKO.address, own.nonce, signed(AIKO, phished))


def test_f25_nobody_signs_in_as_somebody_else(sign_in):
    message = sign_in.prepare(AIKO.address)
    with pytest.raises(WrongSignature, match="did not sign"):
        sign_in.begin(AIKO.address, message.nonce, signed(MALLORY, message.text))
    with pytest.raises(Unauthorised, match="not made for this wallet"):
        sign_in.begin(MALLORY.address, message.nonce, signed(MALLORY, message.text))
    begin(sign_in, MALLORY)


def test_f25_a_nonce_is_made_by_the_service(sign_in):
    nonce = sign_in.prepare(AIKO.address).nonce
    for at in range(len(nonce)):
        changed = nonce[:at] + ("0" if nonce[at] != "0" else "1") + nonce[at + 1 :]
        with pytest.raises(Unauthorised, match="not made"):
            sign_in.begin(AIKO.address, changed, "0x")


def test_f25_every_sign_in_has_a_session_of_its_own(sign_in):
    """So a cookie that was planted before means nothing after (session fixation)."""
    found = [begin(sign_in) for _ in range(5)]
    assert len({secret for _, secret in found}) == len({session.csrf_token for session, _ in found}) == 5


def test_signing_out_ends_one_session_or_all_of_a_wallet(sign_in):
    (_, first), (_, second), (_, third) = (begin(sign_in) for _ in range(3))
    _, other = begin(sign_in, MALLORY)
    sign_in.end(first)
    assert [sign_in.find(secret) is not None for secret in (first, second, third)] == [False, True, True]
    sign_in.end_all(AIKO.address)
    assert [sign_in.find(secret) is not None for secret in (second, third, other)] == [False, False, True]


def test_f25_a_leaked_database_holds_no_session(database, sign_in):
    session, secret = begin(sign_in)
    with database.read() as connection:
        dump = repr(connection.execute(text("SELECT * FROM sessions")).all())
    assert secret not in dump
    assert session.csrf_token not in dump
    assert AIKO.address in dump


def test_only_what_was_signed_makes_rows_and_they_do_not_stay(database, sign_in, clock):
    def rows():
        with database.read() as connection:
            return [
                connection.scalar(select(func.count()).select_from(each)) for each in (sessions, spent_nonces)
            ]

    for _ in range(10):
        sign_in.prepare(AIKO.address)
    assert rows() == [0, 0]
    begin(sign_in)
    begin(sign_in)
    assert rows() == [2, 2]
    clock.now += SESSION_S
    begin(sign_in)
    assert rows() == [1, 1]
