"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HERE = "http://127.0.0.1:8000"
RPC = "http://127.0.0.1:8545"
DEPLOYMENT = Path(".creditline/deployment.json")
OPERATOR_TOKEN = Path(".creditline/operator.token")

Url = Annotated[str, typer.Option(envvar="CREDITLINE_URL", help="Address of the service.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]
Rpc = Annotated[str, typer.Option(help="JSON-RPC endpoint.")]
Gateways = Annotated[
    list[str] | None, typer.Option("--gateway", help="IPFS gateway; give several to fall back.")
]
DeploymentFile = Annotated[Path, typer.Option(exists=True, help="Which contracts.")]
TokenFile = Annotated[Path, typer.Option(exists=True, help="The operator's token.")]
Pool = Annotated[str, typer.Argument(help="Id of the pool.")]
