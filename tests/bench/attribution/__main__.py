"""What attribution finds in pictures whose sources are known, in tables, as JSON, and as a page with the best and worst.

Open Clip Art is split by creator and look-alikes. Registered drawings are copied, cut up, blended and dreamt of; what is
withheld makes the pictures in which nobody should be paid. The peers answer the same pictures in the same run.
"""

import argparse
import sys
from itertools import chain

from creditline.attribution import policy
from tests.bench.attribution import clipart, page, suites, sybil
from tests.bench.attribution.answers import answer_all
from tests.bench.attribution.engines import PEERS
from tests.bench.attribution.figures import AT_LEAST, AT_MOST, measure
from tests.bench.figures import close, table

SEED = 20_261_125
FULL = {
    "works": 1200,
    "copies": 400,
    "collages": 150,
    "blends": 60,
    "mosaics": 40,
    "negatives": 500,
    "variants": 1000,
}
QUICK = {
    "works": 250,
    "copies": 40,
    "collages": 16,
    "blends": 8,
    "mosaics": 4,
    "negatives": 48,
    "variants": 20,
}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/bench attribution")
    parser.add_argument(
        "--quick", action="store_true", help="a few of each, in minutes: a direction, not a result"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else FULL
    splits, manifest = clipart.load()
    works = {each.name: each.png for each in splits["registered"][: sizes["works"]]}
    strangers = {each.name: each.png for each in splits["withheld"]}
    trials = list(_draw(works, strangers, sizes, options.seed))
    print(
        f"  {len(works)} works, {len(strangers)} withheld, {len(trials)} pictures; manifest {manifest[:16]}",
        file=sys.stderr,
    )
    found = list(answer_all(works, trials))
    figures, rows = measure(trials, found)
    print(f"  {sizes['variants']} variants of one work …", file=sys.stderr)
    loss, gain = sybil.attack(works, sizes["variants"], options.seed)
    figures |= {"b7_victim_loses": round(loss, 4), "b7_variants_get": round(gain, 4)}
    rows += [
        ("b7", name, f"{value:.3f}", "", *("" for _ in PEERS), f"≤ {AT_MOST[figure]}")
        for figure, name, value in (
            ("b7_victim_loses", "victim loses", loss),
            ("b7_variants_get", "variants get", gain),
        )
    ]
    table(("suite", "figure", "creditline", "95 %", *(peer.name for peer in PEERS), "goal"), rows)
    where = page.write(trials, found, works)
    print(f"  The best and the worst, in pictures: {where}", file=sys.stderr)
    figures |= {
        "seed": options.seed,
        "works": len(works),
        "manifest": manifest,
        "policy": policy.default().hash,
    }
    return close("attribution", figures, AT_MOST, AT_LEAST)


def _draw(works, strangers, sizes, seed):
    return chain(
        suites.copies(works, sizes["copies"], seed),
        suites.collages(works, strangers, sizes["collages"], seed + 1),
        suites.blends(works, sizes["blends"], seed + 2),
        suites.mosaics(works, sizes["mosaics"], seed + 3),
        suites.negatives(strangers, sizes["negatives"], seed + 4),
    )


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
