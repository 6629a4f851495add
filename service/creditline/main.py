"""The only file that sees every room. It builds them, hands each what it asks for, and runs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditline.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from creditline.access.keyring import Keyring
    from creditline.audit import Recompute
    from creditline.settings import Settings


def run() -> None:
    """The command `creditline`."""
    from creditline.cli.app import create

    create(House())()


class House:
    """What the commands ask of the whole house. Heavy rooms are opened when a command enters them."""

    def serve(self, **overrides: Any) -> None:
        """Run the service until it is told to stop."""
        from creditline.settings import load

        settings = load(**overrides)
        _require_free_port(settings)
        _log_to_stderr()
        from creditline.assembly import Service

        service = Service(settings)
        try:
            service.run()
        finally:
            service.close()

    def verify(
        self,
        *,
        rpc: str,
        gateways: list[str],
        deployment: Path,
        pools: list[str] | None,
        operator: str | None,
        pixels: bool,
        quiet: bool,
    ) -> dict[str, Any]:
        """Audit a deployment from chain and content alone. Needs nothing of the service extra but for `pixels`."""
        from creditline import audit
        from creditline.audit.telling import tell
        from creditline.chain.deployment import read_deployment
        from creditline.chain.finalised import FinalisedChain
        from creditline.chain.node import Node
        from creditline.cli.console import counter
        from creditline.content.gateway import Gateway
        from creditline.content.library import ReadingRoom
        from creditline.ids import PoolId, address, bytes32

        place = read_deployment(deployment)
        chosen = None if pools is None else frozenset(PoolId(bytes32(pool, "The pool")) for pool in pools)
        chain = FinalisedChain(Node(rpc, place.chain_id), place)
        with counter("Recomputing", quiet=quiet) as advance, _engine(wanted=pixels) as engine:
            verdict = audit.verify(
                chain,
                ReadingRoom(Gateway(gateways)),
                recompute=engine,
                progress=lambda _step: advance(),
                options=audit.Options(pools=chosen, operator=address(operator) if operator else None),
            )
        status = {"yes": 0, "no": 1, "incomplete": Unavailable.exit_status}[verdict.answer]
        return {**verdict.as_json(), "text": tell(verdict, chain.block), "exit_status": status}

    @contextmanager
    def keyring(self, **overrides: Any) -> Iterator[Keyring]:
        """The keys of the service that the settings describe, whether it runs or not."""
        from creditline.access.keyring import Keyring
        from creditline.settings import key_secret, key_secret_path, load
        from creditline.store.database import Database
        from creditline.store.keys import Keys

        settings = load(**overrides)
        if not key_secret_path(settings).exists():  # a key that is hashed with another secret opens nothing
            raise Misconfigured(
                f"No service has run here: there is no {key_secret_path(settings)}.",
                "Start the service once, or name its folder with --data-dir.",
            )
        database = Database(settings.database)
        try:
            database.migrate()
            yield Keyring(Keys(database), key_secret(settings))
        finally:
            database.close()

    def challenge(self, **options: Any) -> dict[str, Any]:
        """Find what can be objected to an epoch, and send it. See `doubts.challenge`."""
        from creditline import doubts

        return doubts.challenge(**options)

    def evidence(self, *, pixels: bool, **options: Any) -> dict[str, Any]:
        """Write down what an arbiter should see of an epoch. See `doubts.evidence`."""
        from creditline import doubts

        return doubts.evidence(engine=_engine(wanted=pixels), **options)


@contextmanager
def _engine(*, wanted: bool) -> Iterator[Recompute | None]:
    """The engine for the deep check, with features of its own that nobody else computed."""
    if not wanted:
        yield None
        return
    import tempfile

    from creditline.attribution.recompute import Recomputer

    with tempfile.TemporaryDirectory() as features, Recomputer(Path(features)) as engine:
        yield engine


def _require_free_port(settings: Settings) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Misconfigured(
                f"{settings.host}:{settings.port} cannot be used: {error.strerror}.",
                "Stop what listens there, or set CREDITLINE_PORT.",
            ) from error


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
