"""What passes unattributed money on, put together from the rooms that it needs."""

from __future__ import annotations

import threading

from creditline.chain.drafts import Drafts
from creditline.chain.reader import ChainReader
from creditline.ids import Address
from creditline.library import Library
from creditline.royalties.claims import Claims
from creditline.royalties.collection import Collection
from creditline.royalties.commons import is_base_pool
from creditline.royalties.commons_keeper import CommonsKeeper
from creditline.royalties.keeping import WriteWork
from creditline.royalties.pool import Pool
from creditline.settings import Settings
from creditline.store.database import Database
from creditline.store.distributions import Distributions
from creditline.store.outbox import Outbox


class CommonsParts:
    """`outgoing` is set when something has been put into the outbox; `operator` runs the base pools."""

    def __init__(  # noqa: PLR0913, PLR0917 - one argument per party it works with
        self,
        settings: Settings,
        database: Database,
        reader: ChainReader,
        operator: Address,
        library: Library,
        drafts: Drafts,
        outgoing: threading.Event,
        claims: Claims,
        write: WriteWork,
    ) -> None:
        self._reader = reader
        self.keeper = CommonsKeeper(
            distributions=Distributions(database, operator),
            base_pool_of=reader.base_pool,
            held=reader.balance,
            collect=Collection(claims),
            outbox=Outbox(database, outgoing),
            encode_forward=drafts.forward,
            write=write,
            library=library,
            forward_min=settings.commons_forward_min,
            poll_s=settings.poll_s,
        )

    def is_base_pool(self, pool: Pool) -> bool:
        return is_base_pool(pool.id, pool.params, self._reader.base_pool)
