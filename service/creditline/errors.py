"""The one tree of errors.

    CreditlineError
    ├── Invalid            the caller sent something that cannot be right        422
    │   ├── NotAPicture    the bytes are no picture that we accept               415
    │   ├── TooLarge       bytes, pixels, rows or text above a limit             413
    │   ├── WrongSignature the signature does not belong to the named wallet     403
    │   └── KeyReused      an Idempotency-Key that stands for another request    422
    ├── Unauthorised       no key where one is needed, or not a valid one        401
    ├── Forbidden          the key is valid and may not do this                  403
    ├── Missing            an id that nobody has registered                      404
    ├── Conflict           it contradicts something that exists already          409
    │   ├── Insufficient   a pool holds less than the call would spend           402
    │   └── InFlight       the same call is under way                            409
    ├── Busy               a queue is full; the same call works later            503
    ├── Exhausted          a budget is used up until a stated time               429
    │   └── TooFast        one caller asks for more than its share               429
    ├── Unavailable        a chain node, store or gateway does not answer        503
    ├── Misconfigured      a setting or the machine is wrong; nothing started    78 (exit status)
    └── Corrupt            stored or fetched bytes differ from their hash        500

Each says what happened, what it means, and what to do next. The HTTP status and exit status of each class stand on
the class, so that the API and the CLI agree. Where the same call works later, `retry_after_s` says when.
"""

from __future__ import annotations


class CreditlineError(Exception):
    """What happened (`what`), and what to do next (`next_step`). Safe to show to any user."""

    status = 500
    exit_status = 1
    slug = "error"
    retry_after_s: int | None = None

    def __init__(self, what: str, next_step: str, retry_after_s: int | None = None) -> None:
        """Both sentences end with a full stop and name the offending value where that is safe."""
        super().__init__(f"{what} {next_step}")
        self.what = what
        self.next_step = next_step
        self.retry_after_s = self.retry_after_s if retry_after_s is None else retry_after_s


class Invalid(CreditlineError):
    """The caller sent something that cannot be right."""

    status = 422
    exit_status = 2
    slug = "invalid"


class NotAPicture(Invalid):
    """The bytes are no picture that Creditline accepts."""

    status = 415
    slug = "not-a-picture"


class TooLarge(Invalid):
    """Bytes, pixels, rows or text above a limit."""

    status = 413
    slug = "too-large"


class WrongSignature(Invalid):
    """The signature does not belong to the named wallet, or signs something else."""

    status = 403
    slug = "wrong-signature"


class KeyReused(Invalid):
    """An Idempotency-Key that stands for another request already."""

    slug = "idempotency-key-reused"


class Unauthorised(CreditlineError):
    """No key where one is needed, or not a valid one."""

    status = 401
    exit_status = 77
    slug = "unauthorised"


class Forbidden(CreditlineError):
    """The caller is known and may not do this."""

    status = 403
    exit_status = 77
    slug = "forbidden"


class Missing(CreditlineError):
    """An id that nobody has registered."""

    status = 404
    exit_status = 3
    slug = "missing"


class Conflict(CreditlineError):
    """It contradicts something that exists already."""

    status = 409
    exit_status = 4
    slug = "conflict"


class Insufficient(Conflict):
    """A pool holds less than the call would spend."""

    status = 402
    slug = "insufficient-deposit"


class InFlight(Conflict):
    """The same call, by its Idempotency-Key, is under way."""

    slug = "in-flight"
    retry_after_s = 1


class Busy(CreditlineError):
    """A queue is full. The same call works later."""

    status = 503
    exit_status = 75
    slug = "busy"
    retry_after_s = 2


class Exhausted(CreditlineError):
    """A budget is used up until a stated time. What it pays for can be had in another way meanwhile."""

    status = 429
    exit_status = 75
    slug = "exhausted"
    retry_after_s = 60


class TooFast(Exhausted):
    """One caller asks for more than its share of the service. Nothing was done."""

    slug = "too-fast"


class Unavailable(CreditlineError):
    """A chain node, store or gateway does not answer."""

    status = 503
    exit_status = 69
    slug = "unavailable"
    retry_after_s = 2


class Misconfigured(CreditlineError):
    """A setting or the machine is wrong. Nothing was started."""

    exit_status = 78
    slug = "misconfigured"


class Corrupt(CreditlineError):
    """Stored or fetched bytes differ from their hash."""

    exit_status = 65
    slug = "corrupt"
