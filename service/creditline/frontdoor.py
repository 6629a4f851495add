"""Where the front door is put together: who may come in, how much at a time, and the server behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import uvicorn

from creditline.access.key import Role, make_text, read_id
from creditline.access.keyring import Keyring
from creditline.access.repeats import Repeats
from creditline.access.sign_in import SignIn
from creditline.api.app import Access, create
from creditline.api.buckets import Rate
from creditline.api.cookies import Site
from creditline.api.desk import Desk
from creditline.api.gate import Limits
from creditline.ids import Address
from creditline.settings import Settings, key_secret, local_text
from creditline.store.answers import Answers
from creditline.store.database import Database
from creditline.store.keys import Keys
from creditline.store.sessions import Sessions

log = logging.getLogger(__name__)
OPERATOR_TOKEN = "operator.token"  # noqa: S105 - the name of a file


class FrontDoor:
    """Built before anything is served, so that a wrong setting serves nothing."""

    def __init__(
        self, settings: Settings, database: Database, is_signed: Callable[[Address, str, str], bool]
    ) -> None:
        self._settings = settings
        secret = key_secret(settings)
        sign_in = SignIn(
            Sessions(database),
            url=settings.url,
            chain_id=settings.chain_id,
            is_signed=is_signed,
            secret=secret,
        )
        keyring = Keyring(Keys(database), secret)
        keyring.adopt(_operator_token(settings), "operator", Role.OPERATOR.scopes)
        self._access = Access(
            keyring, sign_in, Repeats(Answers(database)), Site(settings.url), _limits(settings)
        )

    def serve(self, desk: Desk) -> None:
        """Until SIGTERM or Ctrl-C. Only proxies that the settings name are believed when they say who calls."""
        settings = self._settings
        uvicorn.run(
            create(desk, self._access, settings.web_dir),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=10,
        )


def _limits(settings: Settings) -> Limits:
    return Limits(
        address=Rate(settings.address_units_per_minute, settings.address_units_burst),
        key=Rate(settings.key_units_per_minute, settings.key_units_burst),
        in_flight_units=settings.caller_units_in_flight,
        calls_max=settings.calls_max,
    )


def _operator_token(settings: Settings) -> str:
    """The key in DATA_DIR/operator.token, with which the operator's own commands work before any other key is made."""
    if read_id(local_text(settings, OPERATOR_TOKEN, make_text)) is None:
        log.warning("%s is no API key; a new one takes its place", OPERATOR_TOKEN)
        (settings.data_dir / OPERATOR_TOKEN).unlink()
    return local_text(settings, OPERATOR_TOKEN, make_text)
