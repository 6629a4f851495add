"""`creditline commons`: a contract that passes on what no work explains to everyone a model learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import HERE, RPC, Json, Url
from creditline.cli.sending import KeyFile, PrintOnly, Rpc, as_text, require_key

app = typer.Typer(no_args_is_help=True, help="Commons: where unattributed money goes, and goes on from.")

_DAY = 86_400


@app.command("open")
def open_(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    model: Annotated[str, typer.Argument(help="Id of the model whose creators are paid.")],
    token: Annotated[str, typer.Option(help="Token contract; the zero address for the chain's own coin.")],
    arbiter: Annotated[str, typer.Option(help="Who rules on disputes about the base pool's epochs.")],
    bond: Annotated[int, typer.Option(min=1, help="What the operator stakes, in the token's smallest unit.")],
    window: Annotated[int, typer.Option(min=3600, help="Seconds to object to an epoch.")] = _DAY,
    guardian: Annotated[
        str | None, typer.Option(help="Who may stop money from coming in. Default: nobody.")
    ] = None,
    key_file: KeyFile = None,
    print_only: PrintOnly = False,
    rpc: Rpc = RPC,
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Create a commons and its base pool, to be named as `commons` when a pool is opened.

    The service says which ledger and operator it works with; the contract is put together here. Doing it again with the
    same options sends nothing and names the same contract.

    Example: creditline commons open 0x12… --token 0x5F… --arbiter 0x70… --bond 1000000 --key-file wallet.key
    """
    with explained(as_json=json):
        from creditline.chain.calls import Calls
        from creditline.chain.drafts import Drafts
        from creditline.client import Creditline
        from creditline.ids import ZERO_ADDRESS, ModelId, address, bytes32
        from creditline.royalties.commons import base_terms

        key = require_key(key_file, print_only=print_only)
        with Creditline(url) as service:
            place = service.deployment()
        terms = base_terms(
            ModelId(bytes32(model, "The model")),
            address(token, "The token"),
            address(place["operator"]),
            arbiter=address(arbiter, "The arbiter"),
            guardian=address(guardian, "The guardian") if guardian else ZERO_ADDRESS,
            window=window,
            bond=bond,
        )
        drafts = Drafts(Calls(_deployment(place)))
        commons, transaction = drafts.create_commons(terms)
        found: dict[str, Any] = {"address": commons.address, "base_pool": drafts.pool_id(commons.base)}
        if key is None:
            ready = {
                "to": transaction.to,
                "data": f"0x{transaction.data.hex()}",
                "value": "0",
                "chain_id": place["chain_id"],
                "purpose": transaction.purpose,
            }
            give({**found, "transactions": [ready]}, as_text([ready]), as_json=json)
            return
        found["hash"] = _send(rpc, place["chain_id"], key, commons.address, transaction)
        text = f"Commons {found['address']}, base pool {found['base_pool']}. Its bond has to be staked before it pays."
        give(found, text, as_json=json)


def _deployment(place: dict[str, Any]) -> Any:
    from creditline.chain.deployment import Deployment
    from creditline.ids import address

    names = {"works": "work_registry", "models": "model_registry", "ledger": "royalty_ledger"}
    where = {field: address(place[name]) for field, name in names.items()}
    return Deployment(place["chain_id"], **where, fraud_proofs=address(place["fraud_proofs"]), block=0)


def _send(rpc: str, chain_id: int, key_file: Path, where: Any, transaction: Any) -> str | None:
    """The hash of what created it; None where it is there already."""
    from creditline.chain.direct import Direct
    from creditline.chain.keys import OperatorKey
    from creditline.chain.node import Node
    from creditline.client import Wallet
    from creditline.errors import Conflict

    node = Node(rpc, chain_id)
    if node.code_at(where):
        return None
    key = OperatorKey(Wallet.from_hex(key_file.read_text()).private_key)
    mined = Direct(node, key).send(transaction.to, transaction.data)
    if not mined.succeeded or not node.code_at(where):
        raise Conflict(
            f"The chain refused to create the commons in {mined.tx_hash}.",
            "Check that the model is registered and the token is a contract.",
        )
    return str(mined.tx_hash)
