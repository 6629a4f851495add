"""A process that answers one question at a time, within limits, and never outlives its parent.

`Child` is the parent's side, `serve` the child's. The child runs `python -m MODULE`, so it inherits no locks, threads
or secrets in memory; its limits on memory and files are set before it reads a byte from anyone.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from creditline import errors
from creditline.attribution import frames
from creditline.canonical import JSON
from creditline.errors import CreditlineError

Answer = tuple[JSON, Sequence[bytes | memoryview]]
Handler = Callable[[JSON, list[bytes]], Answer]

# One thread per library: results must not depend on how many cores a machine has, nor children fight for them.
# And no module out of the working folder, which for a person at the command line may be one of downloads.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONSAFEPATH": "1",
}
_CLOSE_SECONDS = 5


class ChildDied(Exception):
    """The child is gone. `timed_out` tells whether we stopped it for taking too long."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("timed out" if timed_out else "died")
        self.timed_out = timed_out


@dataclass(frozen=True)
class Limits:
    """What a child may use: address space, bytes in one attachment, and whether it may write files."""

    memory_bytes: int
    attachment_bytes: int
    writes_files: bool


class Child:
    """Starts with the first question. Not thread-safe: one asker at a time."""

    def __init__(self, module: str, arguments: Sequence[str], limits: Limits) -> None:
        self._command = [sys.executable, "-m", module, json.dumps(asdict(limits)), *arguments]
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self.answered = 0

    def ask(
        self, header: JSON, attachments: Sequence[bytes | memoryview], seconds: float
    ) -> tuple[JSON, list[bytes]]:
        """Send one message and wait for the answer.

        Raises the `CreditlineError` that the child raised, or `ChildDied`; after that the next question starts a new
        process.
        """
        process = self._start()
        late = threading.Event()
        timer = threading.Timer(seconds, _stop, (process, late))
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            frames.write(process.stdin, header, attachments)
            answer, data = frames.read(process.stdout, self._limits.attachment_bytes)
        except (OSError, EOFError, ValueError, KeyError) as error:
            self.close()
            raise ChildDied(timed_out=late.is_set()) from error
        finally:
            timer.cancel()
        self.answered += 1
        if "error" in answer:
            raise rebuild(answer["error"])
        return answer, data

    def close(self) -> None:
        """Stop the process if there is one."""
        process, self._process, self.answered = self._process, None, 0
        if process is None:
            return
        process.kill()
        process.wait(_CLOSE_SECONDS)
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | _ENVIRONMENT
            )
        return self._process


def serve(limits: JSON, prepare: Callable[[], Handler]) -> None:
    """The child's life: limit itself, then answer until the parent goes away."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not limits["writes_files"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not become part of an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    threading.Thread(target=_exit_with_parent, args=(questions.fileno(),), daemon=True).start()
    try:
        handle = prepare()
    except CreditlineError as error:
        handle = _refuse_all(error)
    while True:
        try:
            header, attachments = frames.read(questions, limits["attachment_bytes"])
        except EOFError:
            return
        try:
            answer, data = handle(header, attachments)
        except CreditlineError as error:
            answer, data = {"error": describe(error)}, ()
        frames.write(answers, answer, data)


def _refuse_all(error: CreditlineError) -> Handler:
    """A child that cannot start says why, to whoever asks."""

    def refuse(_header: JSON, _attachments: list[bytes]) -> Answer:
        raise error

    return refuse


def describe(error: CreditlineError) -> JSON:
    """An expected error as JSON."""
    return {"kind": type(error).__name__, "what": error.what, "next_step": error.next_step}


def rebuild(description: JSON) -> CreditlineError:
    """The error that `describe` described. A name that is none of ours becomes a plain `CreditlineError`."""
    kind: Any = getattr(errors, str(description["kind"]), None)
    known = isinstance(kind, type) and issubclass(kind, CreditlineError)
    chosen: type[CreditlineError] = kind if known else CreditlineError
    return chosen(str(description["what"]), str(description["next_step"]))


def _exit_with_parent(pipe: int) -> None:
    """Wait for the parent's end of the pipe to close, even in the middle of a computation.

    PR_SET_PDEATHSIG would fire as soon as the *thread* ended that asked first, which in a server happens at any time.
    """
    hangup = select.poll()
    hangup.register(pipe, 0)
    hangup.poll()
    os._exit(1)


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()
