"""B7: somebody registers edited copies of a work that was there before, and hopes to be paid for it.

The variants stand after the victim, as later registrations do. What the victim earned for pictures that draw on it must
stay, and the variants must earn nothing.
"""

from tests.bench.attribution.edits import edit
from tests.bench.attribution.engines import Creditline
from tests.bench.attribution.scores import WHOLE

QUERIES = 12


def attack(works, variants, seed):
    """(what the victim loses of its pay, what the variants get of all), 0 to 1."""
    victim, png = next(iter(works.items()))
    copies = {f"variant {turn}": edit(png, seed + turn)[0] for turn in range(variants)}
    queries = [edit(png, seed + variants + turn)[0] for turn in range(QUERIES)]
    before, after = (_paid(registered, queries) for registered in (works, {**works, **copies}))
    earned, kept = (sum(paid.get(victim, 0) for paid in each) for each in (before, after))
    taken = sum(part for paid in after for name, part in paid.items() if name in copies)
    return 1 - kept / earned if earned else 0.0, taken / (QUERIES * WHOLE)


def _paid(works, queries):
    engine = Creditline(works)
    return [engine.pay(query) for query in queries]
