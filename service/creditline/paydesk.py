"""Where what pays creators is put together: claims, statements and disputes, over the same rows and documents."""

from __future__ import annotations

from dataclasses import dataclass

from creditline.chain.ceilings import gas_ceiling
from creditline.chain.deployment import Deployment
from creditline.chain.drafts import Drafts
from creditline.chain.node import Node
from creditline.chain.reader import ChainReader
from creditline.chain.tokens import Tokens
from creditline.content.library import ContentLibrary
from creditline.epochs import EpochParts
from creditline.royalties.claims import Claims
from creditline.royalties.dispute import Court
from creditline.royalties.payout_reader import PayoutReader
from creditline.royalties.relay import Relay
from creditline.royalties.statement import Statements
from creditline.settings import Settings
from creditline.store.balances import Balances
from creditline.store.database import Database
from creditline.store.disputes import Disputes
from creditline.store.payouts import Payouts
from creditline.store.pools import Pools
from creditline.store.relays import Relays
from creditline.store.statements import Statements as Movements


@dataclass(frozen=True)
class PayDesk:
    claims: Claims
    statements: Statements
    court: Court
    token_of: Tokens
    reader: PayoutReader


def open_paydesk(
    database: Database,
    library: ContentLibrary,
    node: Node,
    deployment: Deployment,
    drafts: Drafts,
    epochs: EpochParts,
    settings: Settings,
) -> PayDesk:
    """Over the same documents and the same outbox as `epochs`."""
    payouts, horizon, published = Payouts(database), epochs.horizon, epochs.published
    claims = Claims(
        payouts=payouts,
        balances=Balances(database),
        proofs=published,
        relay=Relay(Relays(database, epochs.outgoing), gas_ceiling, settings.relay_gas_per_day),
        encode=drafts,
        horizon=horizon,
    )
    return PayDesk(
        claims=claims,
        statements=Statements(Movements(database), horizon),
        court=Court(Disputes(database), Pools(database), library, drafts, horizon),
        token_of=Tokens(ChainReader(node, deployment)),
        reader=PayoutReader(payouts, published, poll_s=settings.poll_s),
    )
