"""The only file that sees every room. It builds them, hands each what it asks for, and runs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditline.errors import Misconfigured

if TYPE_CHECKING:
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
        self, *, rpc: str, gateways: list[str], deployment: Path, pixels: bool, quiet: bool
    ) -> dict[str, Any]:
        """Audit a deployment from chain and content alone."""
        from creditline.assembly import audit

        return audit(rpc, gateways, deployment, pixels=pixels, quiet=quiet)


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
