from pathlib import Path

import pytest

from creditline.errors import Misconfigured
from creditline.settings import Settings, key_secret, load, local_secret

DOCUMENT = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"
SECRET = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    assert f"| `CREDITLINE_{name.upper()}` |" in DOCUMENT.read_text()
    assert field.description
    assert field.description in DOCUMENT.read_text()


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITLINE_PORT", "eighty")
    with pytest.raises(Misconfigured, match="CREDITLINE_PORT"):
        load()


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITLINE_OPERATOR_KEY", SECRET)
    monkeypatch.setenv("CREDITLINE_PORT", SECRET)
    with pytest.raises(Misconfigured) as caught:
        load()
    assert SECRET not in str(caught.value)
    monkeypatch.delenv("CREDITLINE_PORT")
    assert SECRET not in repr(load())


def test_a_plain_key_is_refused_on_a_real_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITLINE_OPERATOR_KEY", SECRET)
    monkeypatch.setenv("CREDITLINE_CHAIN_ID", "1")
    with pytest.raises(Misconfigured, match="CREDITLINE_OPERATOR_KEYSTORE"):
        load()


@pytest.mark.parametrize("name", ["CERTIFICATE", "KEY"])
def test_a_certificate_without_its_key_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CREDITLINE_STAMP_{name}", "/etc/stamp.pem")
    with pytest.raises(Misconfigured, match="only one is set"):
        load()


def test_settings_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "creditline.env"
    file.write_text("CREDITLINE_PORT=9123\n")
    monkeypatch.setenv("CREDITLINE_ENV_FILE", str(file))
    assert load().port == 9123


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDITLINE_ENV_FILE", str(tmp_path / "nowhere.env"))
    with pytest.raises(Misconfigured, match="nowhere"):
        load()


def test_a_local_secret_is_made_once_and_private(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path / "data")
    first = local_secret(settings, "salt.key")
    assert local_secret(settings, "salt.key") == first
    assert len(first) == 32
    assert (tmp_path / "data" / "salt.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", ["*", "proxy.internal", "10.0.0.1,", "10.0.0.1/8", "300.1.1.1"])
def test_f26_only_addresses_can_be_trusted_as_proxies(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CREDITLINE_TRUSTED_PROXIES", value)
    with pytest.raises(Misconfigured, match="CREDITLINE_TRUSTED_PROXIES"):
        load()


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITLINE_TRUSTED_PROXIES", "10.0.0.1,fd00::/8")
    assert load().trusted_proxies == "10.0.0.1,fd00::/8"


def test_the_secret_of_keys_comes_from_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("ab" * 32 + "\n")
    settings = load(data_dir=tmp_path / "data", key_secret_file=file)
    file.chmod(0o600)
    assert key_secret(settings) == b"\xab" * 32
    file.chmod(0o640)
    with pytest.raises(Misconfigured, match="read by others"):
        key_secret(settings)
    file.chmod(0o600)
    for wrong in ("ab" * 31, "not hex" * 8, ""):
        file.write_text(wrong)
        with pytest.raises(Misconfigured, match="32 bytes in hex"):
            key_secret(settings)
    file.unlink()
    with pytest.raises(Misconfigured, match="cannot be read"):
        key_secret(settings)
