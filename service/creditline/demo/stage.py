"""What the story is played on: a local chain with the contracts, and the service as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creditline.chain.calls import Calls
from creditline.chain.deployment import deploy
from creditline.chain.direct import Direct
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.chain.reader import ChainReader
from creditline.client import Creditline
from creditline.demo import cast
from creditline.demo.chain import LocalChain
from creditline.demo.processes import require_free_port, spawn, stop
from creditline.errors import CreditlineError, Unavailable
from creditline.ids import PoolId, address
from creditline.settings import DEVELOPMENT_CHAIN

HEALTHY_S = 60


@dataclass(frozen=True)
class Ports:
    service: int
    rpc: int


class Stage:
    """Set up on entering, taken down on leaving. Everything it keeps lies in `folder`."""

    def __init__(self, project: Path, folder: Path, ports: Ports) -> None:
        require_free_port(ports.service, "--port")
        self.folder = folder
        self.url = f"http://127.0.0.1:{ports.service}"
        self.client = Creditline(self.url)
        self.chain = LocalChain(_find_anvil(project), folder, ports.rpc)
        self._service: subprocess.Popen[bytes] | None = None
        try:
            for role in cast.PAYS_GAS:
                self.chain.give_gas(cast.wallet(role).address)
            self.node = Node(self.chain.url, DEVELOPMENT_CHAIN)
            artifacts, file = project / "artifacts", folder / "deployment.json"
            self.deployment = deploy(self.node, _key("operator"), artifacts, file, demo_token=True)
            self._start_service(ports)
        except BaseException:
            self.close()
            raise
        self.reader = ChainReader(self.node, self.deployment)
        self.calls = Calls(self.deployment)

    @property
    def token_file(self) -> Path:
        return self.folder / "operator.token"

    def send(self, role: str, call: Any) -> None:
        """Send a transaction with a role's own wallet; `call` is a ready one of the API, or one of `calls`."""
        direct = Direct(self.node, _key(role))
        if isinstance(call, dict):
            direct.send(address(call["to"]), bytes.fromhex(call["data"][2:]), int(call["value"]))
        else:
            direct.send(call.to, call.data, call.value)

    def deposited(self, pool: PoolId) -> int:
        """What came into a pool by the latest block, wherever it went since."""
        found = self.reader.pool(pool)
        return int(found["ceiling"]) + int(found["reported"]) + int(found["pending"])

    def wait_for_service(self) -> None:
        """Until it is well and has read the chain. Raises `Unavailable` when it ends, which its log explains."""

        def is_up() -> bool | None:
            self.check_service()
            try:
                return bool(self.client.health())
            except CreditlineError:
                return None

        self.client.wait(is_up, "the service to start", HEALTHY_S)

    def check_service(self) -> None:
        if self._service is not None and self._service.poll() is not None:
            raise Unavailable(
                f"The service ended with status {self._service.returncode}.",
                f"See {self.folder / 'service.log'}.",
            )

    def stay(self) -> None:
        """Until the service ends, or Ctrl-C."""
        if self._service is not None:
            self._service.wait()
            self.check_service()

    def close(self) -> None:
        self.client.close()
        if self._service is not None:
            stop(self._service)
        self.chain.close()

    def _start_service(self, ports: Ports) -> None:
        environment = {
            "CREDITLINE_DATA_DIR": str(self.folder),
            "CREDITLINE_PORT": str(ports.service),
            "CREDITLINE_RPC_URL": self.chain.url,
            "CREDITLINE_OPERATOR_KEY": cast.wallet("operator").private_key.hex(),
        }
        command = [sys.executable, "-m", "creditline", "up"]
        self._service = spawn("service", command, self.folder, environment)


def _key(role: str) -> OperatorKey:
    return OperatorKey(cast.wallet(role).private_key)


def _find_anvil(project: Path) -> Path:
    """The binary of this platform; npm installs no other."""
    found = sorted((project / "node_modules" / "@foundry-rs").glob("anvil-*/bin/anvil*"))
    return found[0] if found else project / "node_modules/@foundry-rs/anvil"
