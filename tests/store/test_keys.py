"""F24: keys over a real database, as the front door asks for them."""

import hashlib
import zlib

import pytest
from sqlalchemy import select

from creditline.access.key import Role, Scope, make_text
from creditline.access.keyring import OVERLAP_S_MAX, TOUCH_S, Keyring
from creditline.errors import Conflict, Invalid, Missing, Unauthorised
from creditline.store.access_tables import api_keys
from creditline.store.keys import Keys
from tests.royalties.market import Clock

SECRET = b"s" * 32
REPORT = frozenset({Scope.REPORT})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keyring(database, clock):
    return Keyring(Keys(database), SECRET, clock)


def test_f24_a_key_opens_what_it_was_made_for(keyring):
    key, text = keyring.create("studio.example", REPORT)
    found = keyring.check(text)
    assert (found.id, found.holder, found.scopes) == (key.id, "studio.example", REPORT)


def test_f24_a_leaked_database_holds_no_key_and_nothing_to_guess_from(database, keyring):
    _, text = keyring.create("studio", REPORT)
    secret = text.split("_")[2]
    with database.read() as connection:
        dump = repr(connection.execute(select(api_keys)).all())
    assert secret not in dump
    for guess in (text, secret):
        assert hashlib.sha256(guess.encode()).hexdigest() not in dump


def test_f24_the_rows_alone_open_nothing(database, keyring):
    """Whoever takes the database and not the file with the secret cannot even check a key."""
    _, text = keyring.create("studio", REPORT)
    with pytest.raises(Unauthorised):
        Keyring(Keys(database), b"t" * 32).check(text)


def test_f24_a_wrong_secret_and_an_unknown_key_look_alike(keyring):
    key, text = keyring.create("studio", REPORT)
    other = make_text()
    rest = f"clk_{key.id}_{other.split('_')[2]}"
    forged = f"{rest}_{zlib.crc32(rest.encode()):08x}"
    assert forged != text
    said = set()
    for wrong in (forged, other):
        with pytest.raises(Unauthorised) as caught:
            keyring.check(wrong)
        said.add(str(caught.value).replace(key.id, "ID").replace(other.split("_")[1], "ID"))
    assert said == {"No key ID is known. Ask the operator for a new one."}


def test_f24_a_revoked_key_is_refused_at_once(keyring, clock):
    key, text = keyring.create("studio", REPORT)
    keyring.check(text)
    first = keyring.revoke(key.id).revoked_at
    with pytest.raises(Unauthorised, match="is revoked"):
        keyring.check(text)
    clock.now += 10
    assert keyring.revoke(key.id).revoked_at == first
    with pytest.raises(Conflict, match="is revoked"):
        keyring.rotate(key.id, 0)


def test_f24_a_key_expires_to_the_second(keyring, clock):
    _, text = keyring.create("studio", REPORT, lifetime_s=100)
    clock.now += 99
    keyring.check(text)
    clock.now += 1
    with pytest.raises(Unauthorised, match="is expired"):
        keyring.check(text)


def test_f24_rotation_lets_both_keys_in_for_the_overlap(keyring, clock):
    old, old_text = keyring.create("studio", REPORT, lifetime_s=10_000)
    clock.now += 500
    new, new_text = keyring.rotate(old.id, 60)
    assert (new.holder, new.scopes, new.expires_at) == ("studio", REPORT, int(clock.now) + 10_000)
    clock.now += 59
    assert {keyring.check(text).holder for text in (old_text, new_text)} == {"studio"}
    clock.now += 1
    assert keyring.check(new_text).id == new.id
    with pytest.raises(Unauthorised, match="is expired"):
        keyring.check(old_text)


def test_rotation_never_lengthens_a_life(keyring, clock):
    old, text = keyring.create("studio", REPORT, lifetime_s=50)
    keyring.rotate(old.id, 60)
    clock.now += 50
    with pytest.raises(Unauthorised, match="is expired"):
        keyring.check(text)


def test_last_use_is_known_to_the_minute(keyring, clock):
    key, text = keyring.create("studio", REPORT)

    def last_used():
        return next(each.last_used_at for each in keyring.list() if each.id == key.id)

    assert last_used() is None
    began = int(clock.now)
    keyring.check(text)
    clock.now += TOUCH_S - 1
    keyring.check(text)
    assert last_used() == began
    clock.now += 1
    keyring.check(text)
    assert last_used() == began + TOUCH_S


def test_a_key_from_a_file_is_let_in_again_after_the_rows_are_lost_but_never_after_it_was_revoked(
    database, keyring
):
    text = make_text()
    Keyring(Keys(database), b"old secret" * 4).adopt(text, "operator", Role.OPERATOR.scopes)
    for _ in range(2):
        keyring.adopt(text, "operator", Role.OPERATOR.scopes)
        assert Scope.OPERATE in keyring.check(text).scopes
    keyring.revoke(keyring.list()[0].id)
    keyring.adopt(text, "operator", Role.OPERATOR.scopes)
    with pytest.raises(Unauthorised, match="is revoked"):
        keyring.check(text)


@pytest.mark.parametrize("holder", ["", " studio", "two\nlines", "x" * 65, "<b>", "\x1b[31m", "生成"])
def test_f35_a_holder_is_plain_text(keyring, holder):
    with pytest.raises(Invalid, match="holder of a key"):
        keyring.create(holder, REPORT)


@pytest.mark.parametrize("overlap_s", [-1, OVERLAP_S_MAX + 1])
def test_an_overlap_has_an_end(keyring, overlap_s):
    key, _ = keyring.create("studio", REPORT)
    with pytest.raises(Invalid, match="overlap"):
        keyring.rotate(key.id, overlap_s)


def test_what_is_not_there_is_named(keyring):
    with pytest.raises(Missing, match="no key 'aaaaaaaa'"):
        keyring.revoke("aaaaaaaa")
    with pytest.raises(Missing, match="no key 'aaaaaaaa'"):
        keyring.rotate("aaaaaaaa", 0)
