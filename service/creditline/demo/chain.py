"""A local chain: anvil, its state on disk, and blocks that become final as soon as they matter."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx2

from creditline.demo.processes import require_free_port, spawn, stop
from creditline.errors import Misconfigured, Unavailable

START_S = 20
TICK_S = 0.15
WEI_FOR_GAS = 10**20


class LocalChain:
    """An EVM of the hardfork `prague` on chain id 31337.

    anvil calls a block final when two more follow, and mines only when there is a transaction. So a clock here mines
    empty blocks while one of the last two holds a transaction; an idle chain stays as it is.
    """

    def __init__(self, binary: Path, folder: Path, port: int) -> None:
        """Raises `Misconfigured` when the port is taken or anvil is not installed."""
        if not binary.is_file():
            raise Misconfigured(f"There is no anvil at {binary}.", "Run npm ci in the project's root.")
        require_free_port(port, "--rpc-port")
        self.url = f"http://127.0.0.1:{port}"
        self._rpc = httpx2.Client(base_url=self.url, timeout=10)
        folder.mkdir(parents=True, exist_ok=True)
        options = [
            "--port",
            str(port),
            "--hardfork",
            "prague",
            "--slots-in-an-epoch",
            "1",
            "--accounts",
            "0",
            "--silent",
        ]
        keep = ["--state", str(folder / "chain.json"), "--state-interval", "1"]
        self._process = spawn("chain", [str(binary), *options, *keep], folder)
        self._wait()
        self._keep_time()
        self._stop = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="chain clock", daemon=True)
        self._clock.start()

    def give_gas(self, to: str) -> None:
        self._ask("anvil_setBalance", to, hex(WEI_FOR_GAS))

    def forward_to(self, second: int) -> None:
        """Put the chain's clock forward to a unix second, if it is not there yet, and let that become final."""
        now = int(self._ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        if now < second:
            self._ask("evm_setNextBlockTimestamp", hex(second))
        self.finalise()

    def finalise(self) -> None:
        """Make all blocks so far final now."""
        for _ in range(3):
            self._ask("evm_mine")

    def close(self) -> None:
        """Stop; anvil writes its state before it ends."""
        self._stop.set()
        self._clock.join()
        stop(self._process)
        self._rpc.close()

    def _keep_time(self) -> None:
        """A chain whose clock was put forward comes back by that of the machine: what was final would be so no more."""
        ahead = int(self._ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) - int(time.time())
        if ahead > 0:
            self._ask("evm_increaseTime", hex(ahead + 1))
            self._ask("evm_mine")

    def _wait(self) -> None:
        pause = threading.Event()
        for _ in range(START_S * 20):
            if self._process.poll() is not None:
                break
            try:
                self._ask("eth_chainId")
            except httpx2.TransportError:
                pause.wait(0.05)
            else:
                return
        stop(self._process)
        raise Unavailable("The local chain did not start.", "See chain.log in the data folder.")

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                if self._has_news():
                    self._ask("evm_mine")
            except httpx2.TransportError:
                return  # anvil has ended; whoever uses the chain says so better

    def _has_news(self) -> bool:
        newest = self._ask("eth_getBlockByNumber", "latest", False)
        before = self._ask("eth_getBlockByNumber", hex(max(0, int(newest["number"], 16) - 1)), False)
        return bool(newest["transactions"] or before["transactions"])

    def _ask(self, method: str, *params: object) -> dict[str, str]:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._rpc.post("/", json=request).json()
        result: dict[str, str] = answer["result"]
        return result
