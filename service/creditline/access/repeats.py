"""Calls that may be sent again: the first answer is kept under the key that the caller chose, and given again.

As the draft of the IETF on the Idempotency-Key header has it. While a call is under way its place is leased for a few seconds
at a time, so that a process that is killed holds nothing up for longer.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from creditline.errors import InFlight, Invalid, KeyReused

KEPT_S = 24 * 3600
LEASE_S = 15
RENEWAL_S = 5
ANSWER_BYTES_MAX = 64 * 1024
KEY_PATTERN = r"[\x21-\x7e]{1,200}"


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Place:
    """Where an answer is kept: one caller's keys are not another's."""

    caller: str
    key: str


@dataclass(frozen=True)
class Found:
    """What lies in a place. `answer` is None while the call is under way, by whoever holds `token` until `leased_until`."""

    fingerprint: str
    token: str
    leased_until: int
    answer: Answer | None


class Answers(Protocol):
    """Where answers are kept. Whoever no longer holds a place's token changes nothing there."""

    def lease(self, place: Place, fingerprint: str, token: str, until: int, now: int) -> Found:
        """Forget what has expired by `now`, take the place if it is free or its lease is over, and say what lies there.

        A place of another fingerprint is not taken.
        """

    def renew(self, place: Place, token: str, until: int) -> None: ...
    def keep(self, place: Place, token: str, answer: Answer, expires_at: int) -> None: ...
    def release(self, place: Place, token: str) -> None: ...


class Turn:
    """A call's right to be made now."""

    def __init__(self, answers: Answers, place: Place, token: str, clock: Callable[[], float]) -> None:
        self._answers = answers
        self._place = place
        self._token = token
        self._clock = clock

    def renew(self) -> None:
        self._answers.renew(self._place, self._token, int(self._clock()) + LEASE_S)

    def end(self, answer: Answer | None) -> None:
        """Keep a success; after anything else the key is free again, since errors change nothing."""
        if answer is None or not 200 <= answer.status < 300 or len(answer.body) > ANSWER_BYTES_MAX:
            self._answers.release(self._place, self._token)
        else:
            self._answers.keep(self._place, self._token, answer, int(self._clock()) + KEPT_S)


class Repeats:
    """Thread-safe, over all processes that share `answers`."""

    def __init__(self, answers: Answers, clock: Callable[[], float] = time.time) -> None:
        self._answers = answers
        self._clock = clock

    def begin(self, caller: str, key: str, fingerprint: str) -> Turn | Answer:
        """The right to make the call, or the answer of the one before.

        Raises `KeyReused` where the key stands for another request, `InFlight` while the same is under way.
        """
        if re.fullmatch(KEY_PATTERN, key) is None:
            raise Invalid(
                "The Idempotency-Key is not 1 to 200 visible ASCII characters.",
                "A random UUID is a good one.",
            )
        place, token, now = Place(caller, key), uuid.uuid4().hex, int(self._clock())
        found = self._answers.lease(place, fingerprint, token, now + LEASE_S, now)
        if found.fingerprint != fingerprint:
            raise KeyReused(
                f"Idempotency-Key {key!a} stands for another request.", "Use a new key for a new request."
            )
        if found.answer is not None:
            return found.answer
        if found.token != token:
            raise InFlight(
                f"The call with Idempotency-Key {key!a} is under way.",
                "Send it again in a moment to get its answer.",
            )
        return Turn(self._answers, place, token, self._clock)
