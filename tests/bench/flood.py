"""What one client that floods the service does to another: latencies of attributions and reads, alone and beside the flood."""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from tests.bench.figures import close
from tests.service import town as places

FLOODING_THREADS = 16
CALLS, QUICK_CALLS = 60, 20
READS_PER_CALL = 5
TIMES_MAX = 2.0


def main():
    parser = argparse.ArgumentParser(prog="./scripts/bench flood", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CALLS} calls instead of {CALLS}")
    calls = QUICK_CALLS if parser.parse_args().quick else CALLS
    os.environ["CREDITLINE_TRUSTED_PROXIES"] = "127.0.0.1"  # so that two clients here can be two addresses
    with tempfile.TemporaryDirectory() as folder:
        town = places.build(Path(folder))
        try:
            return measure(town, calls)
        finally:
            town.stage.close()


def measure(town, calls):
    picture = places.collage(town.pictures["aiko-0"], town.pictures["ben-0"])
    visit(town, picture, 3)  # the engine loads before anything is measured
    alone = visit(town, picture, calls)
    stop, answered = multiprocessing.Event(), multiprocessing.Queue()
    flooding = multiprocessing.Process(
        target=flood, args=(town.stage.url, town.model, picture, stop, answered)
    )
    flooding.start()
    try:
        answered.get(timeout=60)  # it has begun
        beside = visit(town, picture, calls)
    finally:
        stop.set()
        statuses = answered.get(timeout=60)
        flooding.join()
    return tell(alone, beside, statuses)


def visit(town, picture, calls):
    """Seconds that each attribution took, and each read, for a client that does one thing after the other."""
    took = {"attribution": [], "read": []}
    with httpx2.Client(
        base_url=town.stage.url, timeout=120, headers={"X-Forwarded-For": "203.0.113.1"}
    ) as client:
        for _ in range(calls):
            took["attribution"].append(
                timed(
                    lambda: client.post(
                        "/v1/attributions", files={"picture": picture}, data={"model": town.model}
                    )
                )
            )
            took["read"] += [timed(lambda: client.get("/v1/works?limit=10")) for _ in range(READS_PER_CALL)]
    return took


def timed(call):
    began = time.monotonic()
    answer = call()
    assert answer.is_success, answer.text
    return time.monotonic() - began


def flood(url, model, picture, stop, answered):
    """Attribute as fast as it goes, whatever the service says."""

    def work(_):
        statuses = []
        with httpx2.Client(base_url=url, timeout=120, headers={"X-Forwarded-For": "203.0.113.2"}) as client:
            while not stop.is_set():
                answer = client.post("/v1/attributions", files={"picture": picture}, data={"model": model})
                statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(FLOODING_THREADS) as pool:
        working = [pool.submit(work, n) for n in range(FLOODING_THREADS)]
        answered.put("begun")
        found = [status for each in working for status in each.result()]
    answered.put({status: found.count(status) for status in sorted(set(found))})


def tell(alone, beside, statuses):
    figures, goals, is_met = {}, {}, True
    print(f"{'ms':<24}{'p50 alone':>12}{'p50 flooded':>12}{'p95 alone':>12}{'p95 flooded':>12}{'times':>8}")
    for kind in alone:
        p50, p95 = zip(*(quantiles(each[kind]) for each in (alone, beside)), strict=True)
        times = p95[1] / p95[0]
        print(f"{kind:<24}{p50[0]:>12.1f}{p50[1]:>12.1f}{p95[0]:>12.1f}{p95[1]:>12.1f}{times:>8.2f}")
        figures |= {
            f"{kind}_p95_alone_ms": round(p95[0], 1),
            f"{kind}_p95_flooded_ms": round(p95[1], 1),
            f"{kind}_p95_times": round(times, 2),
        }
        goals[f"{kind}_p95_times"] = TIMES_MAX
        is_met = is_met and times < TIMES_MAX
    print(f"the flood was answered: {statuses}")
    close("flood", figures | {f"flood_{status}": count for status, count in statuses.items()}, goals)
    return 0 if is_met else 1


def quantiles(seconds):
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return cuts[9] * 1000, cuts[18] * 1000


if __name__ == "__main__":
    sys.exit(main())
