"""Epochs in finalised blocks. Implements `royalties.keeping.Epochs`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from sqlalchemy import select

from creditline.ids import PoolId
from creditline.royalties.epoch import Epoch
from creditline.royalties.keeping import Posted
from creditline.store.chain_tables import pools
from creditline.store.database import Database
from creditline.store.epoch_tables import epochs


class PostedEpochs:
    """`horizon` gives the second of the finalised block up to which rows are entered."""

    def __init__(self, database: Database, horizon: Callable[[], int]) -> None:
        self._database = database
        self._horizon = horizon

    def posted(self, pool_id: PoolId, number: int) -> Posted | None:
        """The latest of that number, void or not."""
        this = (epochs.c.pool_id == pool_id) & (epochs.c.n == number)
        newest = select(epochs).where(this).order_by(epochs.c.attempt.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).first()
            pool = connection.execute(select(pools).where(pools.c.id == pool_id)).first()
        if row is None or pool is None:
            return None
        epoch = Epoch(**{field.name: getattr(row, field.name) for field in fields(Epoch)})
        is_void = row.voided_by is not None
        # Only the newest epoch can be open to objections.
        is_final = not is_void and (pool.epoch > number or pool.valid_at <= self._horizon())
        return Posted(epoch, row.valid_at, is_void, is_final)
