"""What an epoch costs in time: close, publish, post and claim, at 10^3, 10^4 and 10^5 payees, and how closing grows to 10^6.

Each payee is credited about once in two usages; every usage pays five works. The peer is OpenZeppelin's merkle-tree, which
builds a plain tree of the same payouts in the same run.
"""

import argparse
import json
import subprocess
import sys
import time

from creditline.royalties.closing import Standing, close_epoch
from tests.bench.crowd import Crowd
from tests.bench.figures import close, table
from tests.chain.anvil import ROOT, Anvil
from tests.chain.scene import Scene
from tests.royalties.epoch_town import stake

SIZES = (1_000, 10_000, 100_000)
GROWTH = 1_000_000
CLAIMS = 100
USAGES_MAX = 10_000
WINDOW, BOND = 3600, 1000
GOALS = {"close_and_publish_100000_s": 60, "memory_100000_mib": 2048}
HEAD = (
    "payees", "usages", "close s", "publish s", "tree s", "peer's tree s", "MiB", "post s", "post gas", "claim ms", "claim gas",
)  # fmt: skip


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/bench epoch")
    parser.add_argument("--quick", action="store_true", help="leave out 100,000 payees and more")
    quick = parser.parse_args(arguments).quick
    figures, rows = {}, []
    for payees in SIZES[:2] if quick else (*SIZES, GROWTH):
        print(f"  {payees:,} payees …", file=sys.stderr)
        rows.append(_measure(payees, figures))
    table(HEAD, rows)
    return close("epoch", figures, {name: goal for name, goal in GOALS.items() if name in figures})


def _measure(payees, figures):
    usages = min(payees // 10, USAGES_MAX)
    child = _run(sys.executable, "-m", "tests.bench.closing_child", str(payees), str(usages))
    whole = payees <= SIZES[-1]
    peer = _run("node", "tests/bench/peer.js", str(payees))["seconds"] if whole else None
    chain = (
        _on_chain(payees, usages) if whole else dict.fromkeys(("post_s", "post_gas", "claim_ms", "claim_gas"))
    )
    figures[f"close_and_publish_{payees}_s"] = round(child["close_s"] + child["publish_s"], 3)
    figures[f"memory_{payees}_mib"] = round(child["memory_mib"])
    if peer:
        figures[f"tree_to_peer_{payees}"] = round(child["tree_s"] / peer, 4)
        figures |= {f"{name}_{payees}": value for name, value in chain.items()}
    times = (child["close_s"], child["publish_s"], child["tree_s"])
    cells = (*(f"{each:.2f}" for each in times), f"{peer:.2f}" if peer else "-", f"{child['memory_mib']:.0f}")
    return (
        f"{payees:,}",
        f"{usages:,}",
        *cells,
        *("-" if each is None else f"{each:,}" for each in chain.values()),
    )


def _run(*command):
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def _on_chain(payees, usages):
    """Post two epochs of a pool, and claim what payees have coming by the second, on a real chain."""
    anvil = Anvil()
    try:
        scene = Scene(anvil)
        pool = scene.open_pool(10**15, window=WINDOW, bond=BOND)
        stake(scene, pool)
        crowd = Crowd(payees, usages, pool=pool, commons=scene.params().commons)
        standing = Standing(0, crowd.standing.payouts[:1])
        for number in (1, 2):
            closing, posted = _post(scene, crowd, standing, number)
            standing = Standing(standing.revenue + closing.report_tree.total, closing.payouts)
            anvil.later(WINDOW + 1)
        claimed = _claim(scene, pool, closing)
        return {
            "post_s": round(posted[0], 3), "post_gas": posted[1],
            "claim_ms": round(claimed[0] * 1000 / CLAIMS, 1), "claim_gas": claimed[1] // CLAIMS,
        }  # fmt: skip
    finally:
        anvil.stop()


def _post(scene, crowd, standing, number):
    cutoff = int(scene.anvil.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) - 1
    terms, receipts = scene.params().terms, crowd.reported(number)
    closing = close_epoch(
        number, receipts, before=standing, terms=terms, cutoff=cutoff, payee_of=crowd.payee_of
    )
    return closing, _timed(scene, scene.calls.post(crowd.pool, number, closing.epoch(crowd.pool)))


def _claim(scene, pool, closing):
    payees = [payout.payee for payout in closing.payouts if payout][-CLAIMS:]
    claims = [closing.claim(pool, payee, pool) for payee in payees]
    return _timed(scene, scene.calls.claim_many(claims))


def _timed(scene, call):
    began = time.perf_counter()
    mined = scene.send(call)
    took = time.perf_counter() - began
    return took, int(scene.anvil.ask("eth_getTransactionReceipt", mined.tx_hash)["gasUsed"], 16)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
