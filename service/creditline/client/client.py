"""The client: register works, attribute pictures, report usages, get paid."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from creditline.client.payments import Payments
from creditline.client.prepared import read_prepared
from creditline.client.transport import Transport
from creditline.client.wallet import Wallet
from creditline.errors import Conflict, Unavailable
from creditline.ids import Address, Bytes32, PoolId, WorkId, bytes32
from creditline.royalties.receipt import Usage
from creditline.typed_data import Domain, ledger_domain, works_domain

JSON = dict[str, Any]
T = TypeVar("T")
Progress = Callable[[int], None]
POLL_S = 0.25


@dataclass(frozen=True)
class NewWork:
    """A picture to register: its bytes, and how to call it."""

    data: bytes
    title: str
    author: str = ""

    @property
    def content_hash(self) -> Bytes32:
        return bytes32(hashlib.sha256(self.data).digest())


class Creditline(Payments):
    """A Creditline service. Methods that act for somebody take that somebody's wallet."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        transport: Transport | None = None,
        *,
        contracts: Sequence[str] | None = None,
        api_key: str | None = None,
    ) -> None:
        """`contracts`: the work registry and the ledger that you know to be right. Wallets then sign for no others.

        `api_key`: yours, if the operator gave you one; your calls then count against its limits and not your address's.
        """
        self._http = transport or Transport(url.rstrip("/"), api_key=api_key)
        self._contracts = contracts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def deployment(self) -> JSON:
        """Chain, contracts, operator, and the attribution policy in force. Raises `Conflict` for unexpected contracts."""
        place = dict(self._http.get("/v1/deployment"))
        if self._contracts and not {place["work_registry"], place["royalty_ledger"]} <= set(self._contracts):
            raise Conflict(
                "The service works with other contracts than you expect.",
                "Nothing was signed; ask its operator.",
            )
        return place

    def health(self) -> JSON:
        return dict(self._http.get("/health"))

    def register(
        self,
        wallet: Wallet,
        works: Sequence[NewWork],
        *,
        licence: str,
        training: str = "allowed",
        payee: Address | None = None,
        publish: bool = True,
        progress: Progress | None = None,
    ) -> JSON:
        """Send the pictures, prepare, sign once, relay. Raises `Conflict` for works that are registered already.

        Returns the registration as it stands; `wait_anchored` waits until it is final.
        """
        for done, work in enumerate(works, 1):
            self.add_picture(work.data, publish=publish)
            if progress:
                progress(done)
        body = {
            "creator": wallet.address,
            "payee": payee or wallet.address,
            "terms": {"licence": licence, "training": training},
            "works": [{"content_hash": w.content_hash, "title": w.title, "author": w.author} for w in works],
        }
        prepared = self._http.post("/v1/registrations", json=body)
        if prepared["status"] != "prepared":
            return dict(prepared)
        signature = wallet.sign(read_prepared(prepared, body).typed_data(self._works_domain()))
        path = f"/v1/registrations/{prepared['id']}/signature"
        return dict(self._http.post(path, json={"signature": signature}))

    def add_picture(self, data: bytes, *, publish: bool = True) -> JSON:
        return dict(self._http.post("/v1/pictures", content=data, params={"publish": publish}))

    def fetch_picture(self, url: str, *, publish: bool = True) -> JSON:
        """Have the service fetch a picture from its public address."""
        return dict(self._http.post("/v1/pictures/fetch", json={"url": url, "publish": publish}))

    def registration(self, id: str) -> JSON:
        return dict(self._http.get(f"/v1/registrations/{id}"))

    def wait_anchored(self, id: str, timeout_s: float = 120) -> JSON:
        """Until the registration is in a finalised block. Raises `Conflict` if its transaction failed."""

        def is_anchored() -> JSON | None:
            found = self.registration(id)
            if found["status"] == "failed":
                raise Conflict(
                    f"Registration {id} failed: {found['problem']}.", "Correct that, then prepare it again."
                )
            return found if found["status"] == "anchored" else None

        return self.wait(is_anchored, f"registration {id}", timeout_s)

    def works(self, creator: Address | None = None) -> Iterator[JSON]:
        """All registered works, or one creator's, in order of registration."""
        yield from self._pages("/v1/works", creator=creator)

    def work(self, id: WorkId) -> JSON:
        return dict(self._http.get(f"/v1/works/{id}"))

    def draft_dataset(self, name: str, works: Sequence[str], cutoff: int | None = None) -> JSON:
        """Publish a training set's manifest; the answer holds the transaction that its developer sends."""
        return dict(
            self._http.post("/v1/datasets", json={"name": name, "works": list(works), "cutoff": cutoff})
        )

    def datasets(self) -> Iterator[JSON]:
        yield from self._pages("/v1/datasets")

    def draft_model(self, weights_hash: str, datasets: Sequence[str]) -> JSON:
        return dict(
            self._http.post("/v1/models", json={"weights_hash": weights_hash, "datasets": list(datasets)})
        )

    def models(self) -> Iterator[JSON]:
        yield from self._pages("/v1/models")

    def draft_pool(self, terms: JSON) -> JSON:
        return dict(self._http.post("/v1/pools", json=terms))

    def draft_commons(self, terms: JSON) -> JSON:
        """The address of a commons, the id of its base pool, and the transaction that creates both."""
        return dict(self._http.post("/v1/commons", json=terms))

    def draft_funding(self, pool: str, amount: int) -> list[JSON]:
        return list(self._http.post(f"/v1/pools/{pool}/funding", json={"amount": str(amount)}))

    def pools(self) -> Iterator[JSON]:
        yield from self._pages("/v1/pools")

    def pool(self, id: str) -> JSON:
        return dict(self._http.get(f"/v1/pools/{id}"))

    def settlements(self, pool: str) -> Iterator[JSON]:
        yield from self._pages(f"/v1/pools/{pool}/settlements")

    def attribute(self, picture: bytes, model: str, *, keep: bool = False) -> JSON:
        """Which works of the model's training set does this picture draw on? No money moves."""
        files, data = {"picture": ("picture", picture)}, {"model": model, "keep": str(keep).lower()}
        return dict(self._http.post("/v1/attributions", files=files, data=data, headers=_once()))

    def report_usage(
        self,
        integrator: Wallet,
        pool: str,
        usage_id: str,
        picture: bytes,
        revenue: int,
        *,
        settlement: str = "epoch",
        stamp: bool = False,
    ) -> JSON:
        """Report one generation and what it earned; the receipt comes back. The same id gives the same receipt.

        `settlement`: "epoch" with many others, "direct" by a transaction of its own. With `stamp` the receipt also goes into the image: `stamped_image` fetches that.
        """
        usage = Usage(PoolId(bytes32(pool)), usage_id, bytes32(hashlib.sha256(picture).digest()), revenue)
        place = self.deployment()
        domain = ledger_domain(place["chain_id"], Address(place["royalty_ledger"]))
        signature = integrator.sign(usage.typed_data(domain))
        return dict(
            self._http.post(
                "/v1/usages",
                files={"picture": ("picture", picture)},
                data={
                    "pool": pool,
                    "revenue": str(revenue),
                    "signature": signature,
                    "settlement": settlement,
                    "stamp": str(stamp).lower(),
                },
                headers={"Idempotency-Key": usage_id},
            )
        )

    def stamped_image(self, receipt: JSON) -> bytes:
        """The image of a usage that was reported with `stamp`, the receipt in its C2PA manifest."""
        return self._http.fetch(receipt["stamped"]["path"])

    def receipt(self, pool: str, usage_id: str) -> JSON:
        return dict(self._http.get(f"/v1/usages/{pool}/{usage_id}"))

    def epochs(self, pool: str) -> list[JSON]:
        """All epochs of a pool, the newest first."""
        items, before = [], None
        while True:
            page = self._http.get(f"/v1/pools/{pool}/epochs", before=before)
            items += page["items"]
            before = page["next"]
            if before is None:
                return items

    def epoch(self, pool: str, number: int) -> JSON:
        return dict(self._http.get(f"/v1/pools/{pool}/epochs/{number}"))

    def close_epoch(self, pool: str, operator_token: str) -> JSON:
        """Close the open epoch now. It is posted by itself."""
        headers = {"Authorization": f"Bearer {operator_token}", **_once()}
        return dict(self._http.post(f"/v1/pools/{pool}/epochs/close", headers=headers))

    def settle(self, operator_token: str) -> JSON:
        """One step of settlement. Repeat it until nothing is waiting or sent."""
        return dict(self._http.post("/v1/settlements", headers={"Authorization": f"Bearer {operator_token}"}))

    def settle_all(
        self, operator_token: str, progress: Progress | None = None, timeout_s: float = 300
    ) -> JSON:
        """Settle until every receipt is in a finalised block, or failed."""

        def is_done() -> JSON | None:
            found = self.settle(operator_token)
            if progress:
                progress(found["settled"])
            return found if found["waiting"] == found["sent"] == 0 else None

        return self.wait(is_done, "receipts to settle", timeout_s)

    def wait(self, ready: Callable[[], T | None], what: str, timeout_s: float = 120) -> T:
        """Ask again until `ready` gives something. Raises `Unavailable` when it takes too long."""
        end = time.monotonic() + timeout_s
        while True:
            found = ready()
            if found:
                return found
            if time.monotonic() > end:
                raise Unavailable(
                    f"Waited {timeout_s:.0f} s for {what}.",
                    "See /health: is the chain node producing blocks?",
                )
            time.sleep(POLL_S)

    def _works_domain(self) -> Domain:
        place = self.deployment()
        return works_domain(place["chain_id"], Address(place["work_registry"]))

    def _pages(self, path: str, **params: Any) -> Iterator[JSON]:
        cursor = None
        while True:
            page = self._http.get(path, limit=200, cursor=cursor, **params)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return


def _once() -> dict[str, str]:
    """For calls that cost much or mean something else the second time: sent again, they have one effect."""
    return {"Idempotency-Key": uuid.uuid4().hex}
