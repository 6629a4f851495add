"""Bringing to a commons what pools owe to it. Anyone may; the service does it for the commons that it looks after."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial

from creditline.errors import CreditlineError
from creditline.ids import Address
from creditline.royalties.claims import Claims

_log = logging.getLogger(__name__)


class Collection:
    """Relays payments within the operator's budget of gas, like those that creators ask for."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    def __call__(self, commons: Address, token: Address, least: int) -> None:
        """Have `commons` paid each amount of at least `least` units. Asking again sends nothing again.

        A pool whose payment cannot be relayed now holds back no other: anyone may name any commons.
        """
        for relay in self._payments(commons, token, least):
            try:
                relay()
            except CreditlineError as error:
                _log.info("A payment to the commons %s waits: %s", commons, error)

    def _payments(self, commons: Address, token: Address, least: int) -> Iterator[Callable[[], object]]:
        found = self._claims.claimable(commons)
        for due in found.due:
            if due.token == token and due.due >= least:
                yield partial(self._claims.relay_claim, commons, due.pool_id)
        for role in found.roles:
            if role.token == token and role.due >= least:
                yield partial(self._claims.relay_role, commons, role.pool_id, role.number)
        for balance in found.balances:
            if balance.token == token and balance.claimable >= least:
                yield partial(self._claims.withdraw_for, token, commons)
