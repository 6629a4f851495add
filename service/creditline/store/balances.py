"""What payees were credited and took out. Implements `royalties.claims.Balances`."""

from __future__ import annotations

import heapq

from sqlalchemy import select

from creditline.ids import Address
from creditline.royalties.settlement import Balance
from creditline.store.chain_tables import credits_
from creditline.store.database import Database


class Balances:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, token: Address, payee: Address) -> Balance:
        """All zero for a payee who never earned anything."""
        this = (credits_.c.token == token) & (credits_.c.payee == payee)
        with self._database.read() as connection:
            row = connection.execute(select(credits_).where(this)).first()
        return (
            Balance(token, payee, 0, 0) if row is None else Balance(token, payee, row.credited, row.withdrawn)
        )

    def of_payee(self, payee: Address) -> list[Balance]:
        """One for each token in which the payee was ever credited."""
        this = select(credits_).where(credits_.c.payee == payee).order_by(credits_.c.token)
        with self._database.read() as connection:
            rows = connection.execute(this).all()
        return [Balance(Address(r.token), payee, r.credited, r.withdrawn) for r in rows]

    def owed(self, limit: int) -> list[Balance]:
        """Balances with something to withdraw, largest first."""
        unequal = select(credits_).where(credits_.c.credited != credits_.c.withdrawn)
        with self._database.read() as connection:
            rows = connection.execute(unequal).all()
        balances = (Balance(Address(r.token), Address(r.payee), r.credited, r.withdrawn) for r in rows)
        return heapq.nlargest(limit, balances, key=lambda balance: (balance.claimable, balance.payee))
