import json
import pickle

import pytest
from eth_account import Account

from creditline.chain.keys import OperatorKey, load_development_key, load_keystore
from creditline.errors import Misconfigured

SECRET = bytes.fromhex("11" * 32)


@pytest.fixture(scope="module")
def keystore():
    return json.dumps(Account.encrypt(SECRET, "right", kdf="pbkdf2", iterations=2))


def written(tmp_path, text, mode=0o600):
    path = tmp_path / "key.json"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_keystore_opens_with_its_password(tmp_path, keystore):
    key = load_keystore(written(tmp_path, keystore), "right")
    assert key.address == Account.from_key(SECRET).address


@pytest.mark.parametrize(
    ("text", "mode", "password", "complaint"),
    [
        (None, 0o600, "wrong", "does not open"),
        (None, 0o640, "right", "chmod 600"),
        ("no json", 0o600, "right", "cannot be read"),
        ("{}", 0o600, "right", "does not open"),
    ],
)
def test_a_keystore_is_refused(tmp_path, keystore, text, mode, password, complaint):
    with pytest.raises(Misconfigured, match=complaint) as refused:
        load_keystore(written(tmp_path, text or keystore, mode), password)
    assert "11" * 32 not in str(refused.value)


def test_a_plain_key_is_for_development_only():
    assert load_development_key("0x" + SECRET.hex(), 31337).address == Account.from_key(SECRET).address
    with pytest.raises(Misconfigured, match="money is real"):
        load_development_key(SECRET.hex(), 1)


@pytest.mark.parametrize("text", ["", "zz", "11", "00" * 32, "ff" * 32])
def test_a_broken_plain_key_is_refused_without_showing_it(text):
    with pytest.raises(Misconfigured) as refused:
        load_development_key(text, 31337)
    assert not text or text not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_key_shows_itself_nowhere():
    key = OperatorKey(SECRET)
    assert SECRET.hex() not in repr(key) + str(vars(key))
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(key)
