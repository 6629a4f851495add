"""A real development chain, started by its platform binary, and the few things that only tests may ask of it."""

import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import httpx2
import psutil

ROOT = Path(__file__).parents[2]
CHAIN_ID = 31337


def binary() -> Path:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    path = ROOT / f"node_modules/@foundry-rs/anvil-{platform.system().lower()}-{machine}/bin/anvil"
    assert path.exists(), "run npm ci first"
    return path


def until(condition, what, timeout_s=20):
    """Poll until the condition holds, and return what it returned."""
    pause, deadline = threading.Event(), time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        pause.wait(0.02)
    raise AssertionError(f"{what} did not happen in {timeout_s} s")


class Anvil:
    """Mines each transaction at once unless told otherwise; the last two blocks are not final."""

    def __init__(self, *options, slots=1):
        self.folder = Path(tempfile.mkdtemp(prefix="anvil-"))
        self._log = self.folder / "log"
        state = self.folder / "state.json"
        usual = ["--port", "0", "--slots-in-an-epoch", str(slots), "--state", str(state)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(binary()), *usual, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            )
        found = until(self._is_listening, "anvil's start")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._client = httpx2.Client(timeout=60)

    def _is_listening(self):
        said = self._log.read_bytes()
        assert self._process.poll() is None, said
        return re.search(rb"Listening on [\d.]+:(\d+)", said)

    def ask(self, method, *params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = self._client.post(self.url, json=body).json()
        assert "error" not in answer, answer
        return answer["result"]

    def mine(self, blocks=1):
        self.ask("anvil_mine", hex(blocks))

    def later(self, seconds):
        self.ask("evm_increaseTime", seconds)
        self.mine()

    def finalise(self):
        """Everything sent so far becomes final."""
        self.mine(3)

    def fund(self, who, ether=1_000):
        self.ask("anvil_setBalance", who, hex(ether * 10**18))

    def reorg(self, depth):
        """Replace the last blocks by empty ones: their transactions are gone, as if they had never been sent."""
        self.ask("anvil_reorg", depth, [])

    def pause(self):
        """Stop answering, as a node that hangs. Connections stay open."""
        self._process.send_signal(signal.SIGSTOP)
        process = psutil.Process(self._process.pid)
        until(lambda: process.status() == psutil.STATUS_STOPPED, "the pause")

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def stop(self):
        self._client.close()
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
