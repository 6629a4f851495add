"""One request at a time: problem+json becomes the error it stands for, a busy service is asked again when it says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2

from creditline import errors
from creditline.errors import Busy, CreditlineError, InFlight, TooFast, Unavailable
from creditline.text import read_retry_after

TRIES = 8
WAIT_S_MAX = 10.0
PATIENCE_S = 120
"""A service that says that it wants to be left alone for longer is told of as an error."""
_BY_SLUG = {
    kind.slug: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, CreditlineError)
}


class Transport:
    """Thread-safe. `url` is the service's address without a path."""

    def __init__(
        self,
        url: str,
        timeout_s: float = 120.0,
        client: httpx2.Client | None = None,
        api_key: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self._sleep = sleep
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = client or httpx2.Client(base_url=url, timeout=timeout_s, headers=headers)

    def get(self, path: str, **params: Any) -> Any:
        given = {key: value for key, value in params.items() if value is not None}
        return self.send("GET", path, params=given).json()

    def fetch(self, path: str) -> bytes:
        """What lies there, as it is."""
        return self.send("GET", path).content

    def post(self, path: str, **request: Any) -> Any:
        """Every POST of the API may be repeated, so a lost answer is asked for again."""
        return self.send("POST", path, **request).json()

    def send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """Raises the `CreditlineError` that the answer stands for, `Unavailable` when there is none."""
        for attempt in range(TRIES):
            last, wait_s = attempt == TRIES - 1, min(0.25 * 2**attempt, WAIT_S_MAX)
            try:
                response = self._client.request(method, path, **request)
            except httpx2.TransportError as error:
                if last or isinstance(error, httpx2.ConnectError):
                    raise Unavailable(
                        f"No answer from the service at {self.url}: {type(error).__name__}.",
                        "Is it running? Start it with ./scripts/start.",
                    ) from error
            else:
                if response.is_success:
                    return response
                error_ = _read_problem(response)
                asked_s = error_.retry_after_s or 0
                if (
                    last
                    or not isinstance(error_, Busy | InFlight | TooFast | Unavailable)
                    or asked_s > PATIENCE_S
                ):
                    raise error_
                wait_s = max(wait_s, asked_s)
            self._sleep(wait_s)
        raise AssertionError("unreachable: the last try returns or raises")

    def close(self) -> None:
        self._client.close()


def _read_problem(response: httpx2.Response) -> CreditlineError:
    try:
        body = response.json()
        kind = _BY_SLUG.get(str(body["type"]).rsplit(":", 1)[-1], CreditlineError)
        wait_s = read_retry_after(response.headers.get("Retry-After", "")) or 0
        return kind(str(body["title"]), str(body["detail"]), wait_s)
    except (ValueError, KeyError, TypeError):
        return CreditlineError(
            f"The service answered {response.status_code}.", "Is this a Creditline service?"
        )
