"""`creditline key`: who may call a service, and what each may do. Works on the service's database, beside it or without it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import Json
from creditline.errors import Invalid

if TYPE_CHECKING:
    from creditline.access.key import ApiKey
    from creditline.access.keyring import Keyring

_DAY_S = 86_400
_HOUR_S = 3_600

GROUP = """API keys of this service's callers (for the operator).

A key says whose limits a call counts against, and what it may do. Reading needs none."""

_CREATE = """Make a key and print it, once: only a hash of it is kept.

Roles: creator, integrator, operator, auditor. Scopes: register, attribute, report, pay, operate.

Example: creditline key create "studio.example" --role integrator"""

_LIST = """List all keys, without their secrets.

Example: creditline key list"""

_ROTATE = """Give a key's holder another one; the old one works for a while longer.

Example: creditline key rotate ybvj4kzq --overlap-hours 48"""

_REVOKE = """Refuse a key from now on.

Example: creditline key revoke ybvj4kzq"""

Id = Annotated[str, typer.Argument(help="The key's id: what follows clk_.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder of the service. Default: as `creditline up`.")]


class Keyrings(Protocol):
    """What only main can do."""

    def keyring(self, **overrides: Any) -> AbstractContextManager[Keyring]:
        """The keys of the service that the settings describe."""


def create(house: Keyrings) -> typer.Typer:
    """The commands, bound to `house`."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=GROUP)

    @app.command("create", help=_CREATE)
    def create_key(
        holder: Annotated[str, typer.Argument(help="Whose it is; keys of one holder share their limits.")],
        role: Annotated[str | None, typer.Option(help="What the holder is.")] = None,
        scope: Annotated[
            list[str] | None, typer.Option(help="A scope, instead of a role's; repeat it.")
        ] = None,
        days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires.")] = None,
        data_dir: DataDir = None,
        json: Json = False,
    ) -> None:
        with explained(as_json=json), _open(house, data_dir) as keyring:
            scopes = _scopes(role, scope)
            _give(*keyring.create(holder, scopes, None if days is None else days * _DAY_S), as_json=json)

    @app.command("list", help=_LIST)
    def list_keys(data_dir: DataDir = None, json: Json = False) -> None:
        with explained(as_json=json), _open(house, data_dir) as keyring:
            found = keyring.list()
        now = int(time.time())
        text = "\n".join(_line(key, now) for key in found) or "There are no keys."
        give({"keys": [_document(key, now) for key in found]}, text, as_json=json)

    @app.command("rotate", help=_ROTATE)
    def rotate(
        id: Id,
        overlap_hours: Annotated[
            int, typer.Option(min=0, max=24 * 90, help="Hours that the old one still works.")
        ] = 24,
        data_dir: DataDir = None,
        json: Json = False,
    ) -> None:
        with explained(as_json=json), _open(house, data_dir) as keyring:
            _give(*keyring.rotate(id, overlap_hours * _HOUR_S), as_json=json)

    @app.command("revoke", help=_REVOKE)
    def revoke(id: Id, data_dir: DataDir = None, json: Json = False) -> None:
        with explained(as_json=json), _open(house, data_dir) as keyring:
            key = keyring.revoke(id)
        document = _document(key, int(time.time()))
        give(document, f"Key {id} of {key.holder} is refused from now on.", as_json=json)

    return app


def _open(house: Keyrings, data_dir: Path | None) -> AbstractContextManager[Keyring]:
    return house.keyring(**({} if data_dir is None else {"data_dir": data_dir}))


def _scopes(role: str | None, scopes: list[str] | None) -> frozenset[Any]:
    from creditline.access.key import Role, Scope

    if (role is None) == (not scopes):
        raise Invalid("Either a role or scopes say what a key may do.", "Give --role, or --scope.")
    try:
        return Role(role).scopes if role else frozenset(Scope(each) for each in scopes or ())
    except ValueError as error:
        raise Invalid(
            f"{error}.".capitalize(),
            f"Roles: {', '.join(Role)}. Scopes: {', '.join(Scope)}.",
        ) from None


def _give(key: ApiKey, text: str, *, as_json: bool) -> None:
    document = _document(key, int(time.time())) | {"key": text}
    give(document, f"{text}\nKeep it: it cannot be shown again. Its id is {key.id}.", as_json=as_json)


def _document(key: ApiKey, now: int) -> dict[str, Any]:
    return {**vars(key), "scopes": sorted(key.scopes), "state": key.state(now)}


def _line(key: ApiKey, now: int) -> str:
    used = "never used" if key.last_used_at is None else f"used {_time(key.last_used_at)}"
    ends = "" if key.expires_at is None else f", until {_time(key.expires_at)}"
    scopes = " ".join(sorted(key.scopes)) or "read"
    return f"{key.id}  {key.state(now):<8} {key.holder:<24} {scopes}, {used}{ends}"


def _time(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(second))
