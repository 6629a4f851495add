"""Child processes that never outlive their parent, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from creditline.errors import Misconfigured

PR_SET_PDEATHSIG = 1
STOP_S = 20


def spawn(
    name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command`; `folder` gets NAME.log and NAME.pid. The kernel ends it when this process dies, even by SIGKILL."""
    folder.mkdir(parents=True, exist_ok=True)
    libc = ctypes.CDLL(None)
    with (folder / f"{name}.log").open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - the commands are our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            # A group of its own: Ctrl-C reaches the story alone, which then stops its children in order.
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),  # noqa: PLW1509 - one thread so far
        )
    (folder / f"{name}.pid").write_text(str(process.pid))
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and insist if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def require_free_port(port: int, setting: str) -> None:
    """Raises `Misconfigured` when somebody listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misconfigured(
                f"Port {port} is in use.", f"Stop what listens there, or choose another with {setting}."
            ) from error
