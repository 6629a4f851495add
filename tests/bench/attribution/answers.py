"""Every engine's answer to every picture, on two processes. Each makes its pictures itself: only names and amounts travel."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from creditline import canonical
from tests.bench.attribution.engines import PEERS, Creditline

PROCESSES = 2
TELL_EVERY = 20
TWICE_EVERY = 16
_engines = []


def answer_all(works, trials):
    """For each trial, in order: the true shares, and {engine: Answer}. Raises where the same picture gets two reports (B8)."""
    Creditline(works)  # describes every work once, where the others find it
    began = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _prepare, (works,)) as pool:
        for done, one in enumerate(pool.map(_answer, enumerate(trials), chunksize=2), start=1):
            if done % TELL_EVERY == 0:
                print(f"  {done} of {len(trials)} after {time.monotonic() - began:.0f} s", file=sys.stderr)
            yield one


def _prepare(works):
    _engines.extend([Creditline(works), *(peer(works) for peer in PEERS)])


def _answer(numbered):
    turn, trial = numbered
    made = trial.make()
    first = canonical.encode(_engines[0].document(made.png)) if turn % TWICE_EVERY == 0 else None
    answers = {engine.name: engine.answer(made.png) for engine in _engines}
    if first is not None and first != canonical.encode(_engines[0].document(made.png)):
        raise AssertionError("the same picture gave another report after others had been answered")
    return made.truth, answers
