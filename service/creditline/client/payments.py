"""What a creator has coming, and getting it: claims, statements, disputes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from creditline import canonical
from creditline.client.transport import Transport

JSON = dict[str, Any]
NEXT = "X-Next-Cursor"


class Payments:
    """The part of the client that anyone may use for any payee: the money goes to the payee and nowhere else."""

    _http: Transport

    def balance(self, token: str, payee: str) -> JSON:
        return dict(self._http.get(f"/v1/balances/{token}/{payee}"))

    def withdraw(self, token: str, payee: str) -> JSON:
        """Have a creator paid out what was settled directly; the operator pays the gas, within its budget."""
        return dict(self._http.post("/v1/withdrawals", json={"token": token, "payee": payee}))

    def claimable(self, payee: str) -> JSON:
        """What a creator has coming, over all pools and tokens; what is still pending apart."""
        return dict(self._http.get(f"/v1/creators/{payee}/claimable"))

    def claim_proof(self, payee: str, pool: str) -> JSON:
        """Everything that `RoyaltyLedger.claim` takes."""
        return dict(self._http.get(f"/v1/creators/{payee}/claims/{pool}"))

    def claim(self, payee: str, pool: str, role: int | None = None) -> JSON:
        """Have a creator paid what a pool's epochs owe, or a role its share; the operator pays the gas.

        Raises `Exhausted` above the operator's daily budget; `claim_transactions` does without the operator.
        """
        return dict(self._http.post("/v1/claims", json={"payee": payee, "pool": pool, "role": role}))

    def claim_all(self, payee: str) -> list[JSON]:
        """Have a creator paid everything that is due now. Each payment is sent once, however often it is asked for."""
        found = self.claimable(payee)
        sent = [self.claim(payee, each["pool"]) for each in found["epochs"] if each["due"] != "0"]
        sent += [self.claim(payee, r["pool"], r["role"]) for r in found["roles"] if r["due"] != "0"]
        for each in found["balances"]:
            if each["claimable"] != "0":
                paid = self.withdraw(each["token"], payee)
                sent.append(
                    {"purpose": f"pay {payee} out", "token": each["token"], "amount": paid["claimable"]}
                )
        return sent

    def claim_transactions(self, payee: str, pool: str | None = None, to: str | None = None) -> list[JSON]:
        """What is sent to be paid without the operator. With `to`, the money goes there, and only the payee can send it."""
        path = f"/v1/creators/{payee}/transactions" + (f"/{pool}" if pool else "")
        return list(self._http.get(path, to=to))

    def statement(self, payee: str, since: str | None = None, until: str | None = None) -> Iterator[JSON]:
        """Every movement, the oldest first. Times are ISO 8601 in UTC, or unix seconds."""
        cursor = None
        while True:
            given = {"from": since, "to": until, "cursor": cursor}
            page = self._http.get(f"/v1/creators/{payee}/statement", **given)
            yield from page["lines"]
            cursor = page["next"]
            if cursor is None:
                return

    def statement_csv(self, payee: str, since: str | None = None, until: str | None = None) -> Iterator[str]:
        """The same as CSV, page by page; the first has the header row."""
        cursor: str | None = None
        while True:
            given = {"from": since, "to": until, "cursor": cursor, "format": "csv"}
            params = {name: value for name, value in given.items() if value is not None}
            answer = self._http.send("GET", f"/v1/creators/{payee}/statement", params=params)
            yield answer.content.decode()
            cursor = answer.headers.get(NEXT)
            if cursor is None:
                return

    def disputes(self, pool: str) -> Iterator[JSON]:
        cursor = None
        while True:
            page = self._http.get(f"/v1/pools/{pool}/disputes", limit=200, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def dispute(self, pool: str, n: int) -> JSON:
        """The latest dispute about an epoch, and the transactions that can end it now."""
        return dict(self._http.get(f"/v1/pools/{pool}/epochs/{n}/dispute"))

    def prepare_dispute(self, pool: str, n: int, evidence: JSON) -> JSON:
        """Publish evidence, and get the transactions that open a dispute. They put up the pool's bond."""
        text = canonical.encode(evidence).decode()
        return dict(self._http.post("/v1/disputes/prepare", json={"pool": pool, "n": n, "evidence": text}))
