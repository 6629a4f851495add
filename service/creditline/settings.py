"""Every setting, checked before anything starts.

From the environment (`CREDITLINE_…`) or a file of the same names that `CREDITLINE_ENV_FILE` points to. Secrets are never
printed. `docs/reference/settings.md` lists them; a test holds it to this file.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from creditline.errors import Misconfigured

DEVELOPMENT_CHAIN = 31337
CALL_UNITS_MAX = 2_000
"""No call costs more, so that each can be made at all. A test holds it to the tariff."""
WEB_DIR = Path(__file__).parents[1] / "web" / "dist"


class Settings(BaseSettings):
    """What an operator can set. Paths that are not absolute are below the working folder."""

    model_config = SettingsConfigDict(env_prefix="CREDITLINE_", extra="forbid", frozen=True)

    data_dir: Path = Field(
        Path(".creditline"), description="Folder for the database, stored content, features and secrets."
    )
    host: str = Field(
        "127.0.0.1", description="Address to listen on. Use 0.0.0.0 only behind a proxy that ends TLS."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    public_url: str = Field(
        "",
        description="How browsers reach the service: for links, and whom wallets sign in to. Empty: http://HOST:PORT.",
    )
    rpc_url: str = Field("http://127.0.0.1:8545", description="JSON-RPC endpoint of an Ethereum node.")
    chain_id: int = Field(
        DEVELOPMENT_CHAIN, ge=1, description="The chain that the node must be on; anything else is refused."
    )
    deployment: Path | None = Field(
        None, description="JSON file with the contract addresses. Empty: DATA_DIR/deployment.json."
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL. Empty: SQLite in DATA_DIR. PostgreSQL: postgresql+psycopg://…"
    )
    ipfs_rpc_url: str = Field(
        "", description="Kubo RPC endpoint for content. Empty: the embedded store in DATA_DIR."
    )
    operator_keystore: Path | None = Field(
        None, description="Encrypted keystore (JSON, version 3) of the operator's key."
    )
    operator_password: SecretStr | None = Field(None, description="Password of that keystore.")
    operator_key: SecretStr | None = Field(
        None, description="The operator's key in hex. Refused outside chain 31337."
    )
    key_secret_file: Path | None = Field(
        None,
        description="File (mode 600) with 32 bytes in hex that hash API keys. Empty: made once, DATA_DIR/keys.secret.",
    )
    web_dir: Path = Field(WEB_DIR, description="Folder of the built web app.")
    encoder: str = Field(
        "embedded", description='"embedded", or an open_clip "MODEL/WEIGHTS", weights a name or a local file.'
    )
    queue_max: int = Field(
        32, ge=1, le=10_000, description="Pictures that may wait for the engine; more are answered 503."
    )
    picture_bytes_max: int = Field(
        32 * 1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="Largest picture that is accepted, in bytes.",
    )
    epoch_usages_max: int = Field(
        10_000, ge=1, le=20_000, description="Receipts after which an epoch is closed."
    )
    epoch_seconds_max: int = Field(
        3600, ge=1, le=7 * 24 * 3600, description="Seconds after its first receipt when an epoch is closed."
    )
    trusted_proxies: str = Field(
        "",
        description="Proxies in front, as addresses or networks with commas between: they say who calls. Empty: nobody is believed.",
    )
    address_units_per_minute: int = Field(
        12_000, ge=60, le=10**9, description="Units of work that one address may ask for in a minute."
    )
    address_units_burst: int = Field(
        60_000, ge=CALL_UNITS_MAX, le=10**9, description="Units that it may ask for at once after a pause."
    )
    key_units_per_minute: int = Field(
        60_000, ge=60, le=10**9, description="Units that the holder of an API key may ask for in a minute."
    )
    key_units_burst: int = Field(
        120_000, ge=CALL_UNITS_MAX, le=10**9, description="Units that it may ask for at once after a pause."
    )
    caller_units_in_flight: int = Field(
        5_000, ge=CALL_UNITS_MAX, le=10**9, description="Units that one caller may have under way."
    )
    calls_max: int = Field(
        256, ge=8, le=10_000, description="Calls that may be under way together; more are answered 503."
    )
    relay_gas_per_day: int = Field(
        200_000_000,
        ge=0,
        le=10**12,
        description="Gas that the operator pays in a day (UTC) for claims and withdrawals that others ask for.",
    )
    commons_forward_min: int = Field(
        1_000_000,
        ge=1,
        description="Units that a commons must hold before they are put into its base pool.",
    )
    stamp_certificate: Path | None = Field(
        None,
        description="Certificates (PEM) that seal stamped images, the signer's first. Empty: only chain 31337 stamps.",
    )
    stamp_key: Path | None = Field(None, description="Private key (PEM, mode 600) of the first certificate.")
    poll_s: float = Field(0.5, gt=0, le=60, description="Seconds between two looks at the chain.")

    @field_validator("rpc_url", "ipfs_rpc_url", "public_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for part in value.split(",") if value else ():
            ipaddress.ip_network(part.strip())  # raises what is wrong with it
        return value

    @property
    def deployment_file(self) -> Path:
        return self.deployment or self.data_dir / "deployment.json"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'creditline.db').absolute()}"

    @property
    def url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def is_development(self) -> bool:
        return self.chain_id == DEVELOPMENT_CHAIN


def load(**overrides: Any) -> Settings:
    """Read and check all settings. Raises `Misconfigured` naming each one that is wrong, never its value."""
    env_file = os.environ.get("CREDITLINE_ENV_FILE")
    if env_file and not Path(env_file).is_file():
        raise Misconfigured(
            f"There is no settings file {env_file}.", "Correct CREDITLINE_ENV_FILE, or unset it."
        )
    try:
        settings = Settings(_env_file=env_file, **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        faults = "; ".join(
            f"CREDITLINE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise Misconfigured(f"Wrong settings: {faults}.", "See docs/reference/settings.md.") from None
    if settings.operator_key and not settings.is_development:
        raise Misconfigured(
            f"CREDITLINE_OPERATOR_KEY is a plain key, and chain {settings.chain_id} is real.",
            "Put the key into an encrypted keystore and set CREDITLINE_OPERATOR_KEYSTORE.",
        )
    if (settings.stamp_certificate is None) != (settings.stamp_key is None):
        raise Misconfigured(
            "Of CREDITLINE_STAMP_CERTIFICATE and CREDITLINE_STAMP_KEY only one is set.",
            "Set both, or neither.",
        )
    return settings


def local_secret(settings: Settings, name: str) -> bytes:
    """32 random bytes kept in DATA_DIR, readable by the owner alone; made on first use."""
    return bytes.fromhex(local_text(settings, name, lambda: secrets.token_hex(32)))


def local_text(settings: Settings, name: str, make: Callable[[], str]) -> str:
    """A secret text kept in DATA_DIR, readable by the owner alone; made on first use."""
    path = settings.data_dir / name
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)  # fails where another process was first: then its secret counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def key_secret_path(settings: Settings) -> Path:
    return settings.key_secret_file or settings.data_dir / "keys.secret"


def key_secret(settings: Settings) -> bytes:
    """What API keys are hashed with. Raises `Misconfigured` for a file that others can read, or that holds something else."""
    path = key_secret_path(settings)
    if settings.key_secret_file is None:
        local_secret(settings, path.name)
    try:
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"{path} can be read by others.", f"Run: chmod 600 {path}")
        found = bytes.fromhex(path.read_text())
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be read: {error.strerror}.", "Correct CREDITLINE_KEY_SECRET_FILE, or unset it."
        ) from error
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Misconfigured(f"{path} does not hold 32 bytes in hex.", "Make one: openssl rand -hex 32")
    return found
