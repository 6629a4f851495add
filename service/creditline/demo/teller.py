"""Tells the story on the terminal: chapters, bars, one block per image, and totals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


class Advance(Protocol):
    def __call__(self, done: int, known: int | None = None, /) -> None: ...


class Teller:
    """Writes to stdout. Without a terminal the bars become one line each."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, width=None if Console().is_terminal else 120)

    def chapter(self, title: str) -> None:
        self.console.print(f"\n[bold]{escape(title)}[/]")

    def line(self, text: str) -> None:
        self.console.print(f"  {escape(text)}")

    def good(self, text: str) -> None:
        self.console.print(f"  [green]✓[/] {escape(text)}")

    def bad(self, text: str) -> None:
        self.console.print(f"  [bold red]✗[/] {escape(text)}")

    def table(self, title: str, headings: list[str], rows: list[list[str]]) -> None:
        if title:
            self.line(title)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="left" if number == 0 else "right", overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        self.console.print(table)

    @contextmanager
    def bar(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Yields a function that takes how many are done, and of how many. Nothing to do shows nothing."""
        columns = (
            TextColumn("  {task.description:<28}"),
            BarColumn(28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, disable=total == 0) as bars:
            task = bars.add_task(title, total=total)
            yield lambda done, known=total: bars.update(task, completed=done, total=known)
