"""What carries receipts into epochs, put together from the rooms that it needs."""

from __future__ import annotations

import threading

from creditline.chain.drafts import Drafts
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.errors import Unavailable
from creditline.ids import Address
from creditline.library import Library
from creditline.royalties.epoch_keeper import EpochKeeper
from creditline.royalties.published import PublishedEpochs
from creditline.royalties.writing import Writing
from creditline.settings import Settings
from creditline.store.closings import Closings
from creditline.store.database import Database
from creditline.store.horizon import Horizon
from creditline.store.lost_epochs import LostEpochs
from creditline.store.materials import Materials
from creditline.store.outbox import Outbox
from creditline.store.pools import Pools
from creditline.store.posted_epochs import PostedEpochs
from creditline.store.registered_works import RegisteredWorks
from creditline.typed_data import Domain


class EpochParts:
    """`outgoing` is set when something has been put into the outbox. `domain` is that of the ledger."""

    def __init__(  # noqa: PLR0913, PLR0917 - one argument per party it works with
        self,
        settings: Settings,
        database: Database,
        node: Node,
        key: OperatorKey,
        library: Library,
        materials: Materials,
        drafts: Drafts,
        domain: Domain,
        outgoing: threading.Event,
    ) -> None:
        self._node, self.outgoing = node, outgoing
        self.horizon = horizon = Horizon(database, self._time_of)
        outbox = Outbox(database, outgoing)
        self.closings, self.posted = Closings(database, outgoing), PostedEpochs(database, horizon)
        self.published = PublishedEpochs(self.posted, library, domain)
        self.writing = Writing(RegisteredWorks(database), materials, outbox, self._has_code)
        self.keeper = EpochKeeper(
            closings=self.closings,
            lost=LostEpochs(database, key.address),
            epochs=self.posted,
            published=self.published,
            pools=Pools(database),
            library=library,
            write=self.writing.write,
            encode_post=drafts.post,
            horizon=horizon,
            domain=domain,
            epoch_seconds_max=settings.epoch_seconds_max,
            poll_s=settings.poll_s,
        )

    def _has_code(self, who: Address) -> bool:
        return bool(self._node.code_at(who))

    def _time_of(self, number: int) -> int:
        block = self._node.block(number)
        if block is None:
            raise Unavailable(f"The node does not have block {number} now.", "Wait until it has caught up.")
        return block.time
