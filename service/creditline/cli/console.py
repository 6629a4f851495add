"""How commands speak: tables and progress for people on stderr, one JSON document for machines on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from creditline.errors import CreditlineError


def say(text: str) -> None:
    """A line for people."""
    from rich.console import Console

    Console(stderr=True, highlight=False).print(text)


def give(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    """The result: JSON on stdout if asked, else text."""
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json else text) + "\n")


@contextmanager
def explained(*, as_json: bool) -> Iterator[None]:
    """End with the exit status of the error, and say in words what happened and what to do."""
    try:
        yield
    except CreditlineError as error:
        if as_json:
            give({"error": error.slug, "what": error.what, "next_step": error.next_step}, "", as_json=True)
        else:
            from rich.console import Console
            from rich.markup import escape

            console = Console(stderr=True, highlight=False)
            console.print(f"[bold red]✗[/] {escape(error.what)}")
            console.print(f"  {escape(error.next_step)}")
        raise SystemExit(error.exit_status) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@contextmanager
def progress(title: str, total: int, *, quiet: bool = False) -> Iterator[Any]:
    """A bar on stderr. Yields a function that takes how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("  {task.description:<34}"),
        BarColumn(28),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bars:
        task = bars.add_task(title, total=total)
        yield lambda done: bars.update(task, completed=done)


@contextmanager
def counter(title: str, *, quiet: bool = False) -> Iterator[Any]:
    """For work whose length nobody knows yet: a running count on stderr. Yields a function to call once per step."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:.0f} checks"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda: bars.advance(task)
