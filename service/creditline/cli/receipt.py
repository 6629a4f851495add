"""The command that reads a receipt out of an image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditline.cli.console import explained, give
from creditline.errors import Corrupt

if TYPE_CHECKING:
    from creditline.stamping.reader import Stamp

HELP = """Read the operator's receipt out of a stamped image, and tell whether its seal holds.

Asks nobody: the image alone is enough. Ends with 0 when seal and picture hold, 65 when they do not, 3 when there is no
receipt.

Example: creditline receipt image.png --trust authority.pem"""

_SEALS = {
    "trusted": "whole, by {signer}, under an authority that you trust.",
    "valid": "whole, by {signer}, under no authority that you named (--trust names one).",
    "invalid": "does NOT hold, by {signer}: {problems}.",
}
_PICTURES = {
    True: "the one that the receipt names, byte for byte.",
    False: "NOT the one that the receipt names.",
    None: "not compared: it carries manifests of others too.",
}


def receipt(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PNG, JPEG or WebP.")],
    trust: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Certificates (PEM) of the authorities that you trust."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")] = False,
) -> None:
    with explained(as_json=as_json):
        from dataclasses import asdict

        from creditline.stamping.reader import BYTES_MAX, read

        with image.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
        found = read(data, trust.read_bytes() if trust else b"")
        give({**asdict(found), "holds": found.holds}, _tell(found), as_json=as_json)
        raise SystemExit(0 if found.holds else Corrupt.exit_status)


def _tell(found: Stamp) -> str:
    signer, problems = found.seal.signer or "an unnamed signer", ", ".join(found.seal.problems)
    seal = _SEALS[found.seal.state].format(signer=signer, problems=problems)
    return f"{json.dumps(found.receipt, indent=2)}\nSeal: {seal}\nPicture: {_PICTURES[found.same_picture]}"
