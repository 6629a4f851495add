"""`./scripts/start` ends here: set the stage, tell the story, keep the service up."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from creditline.demo import dishonest
from creditline.demo.epochs import claim, pass_window, post_epoch, read_leaves, stake
from creditline.demo.gallery import Gallery, open_gallery
from creditline.demo.reckoning import Reckoning, tell_images, tell_totals
from creditline.demo.stage import Ports, Stage
from creditline.demo.story import DIRECT, pay_out, register_works, report_usages, set_up_market, settle
from creditline.demo.studio import shoot
from creditline.demo.teller import Teller
from creditline.errors import CreditlineError, Misconfigured

PROJECT = Path.cwd()


def main() -> int:
    arguments = _parse()
    teller, folder = Teller(), arguments.data_dir
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if arguments.fresh:
            _forget(folder)
        return _run(teller, folder, Ports(arguments.port, arguments.rpc_port), once=arguments.once)
    except CreditlineError as error:
        teller.bad(error.what)
        teller.line(error.next_step)
        return error.exit_status
    except KeyboardInterrupt:
        teller.line("Stopped. Everything is kept: ./scripts/start goes on from here.")
        return 0 if not arguments.once else 130


def _run(teller: Teller, folder: Path, ports: Ports, *, once: bool) -> int:
    began = time.monotonic()
    teller.chapter("Creditline: pay for the creators whose works a generated image draws on")
    teller.line(
        "A local chain and play money: every key in this story is public. Do not use it for anything real."
    )
    stage = Stage(PROJECT, folder, ports)
    try:
        stage.wait_for_service()
        teller.good(f"Chain and service are up: {stage.url}")
        reckoning = _tell(stage, teller)
        for fault in reckoning.faults:
            teller.bad(fault)
        if not reckoning.faults:
            teller.good(f"Everything holds. Told in {time.monotonic() - began:.0f} s.")
        if once:
            return 1 if reckoning.faults else 0
        _point(stage, teller)
        stage.stay()
    finally:
        stage.close()
    return 0


def _forget(folder: Path) -> None:
    """Only what an earlier run made: a mistyped --data-dir must not cost anyone their files."""
    if not folder.exists():
        return
    if (
        any(folder.iterdir())
        and not (folder / "chain.json").exists()
        and not (folder / "deployment.json").exists()
    ):
        raise Misconfigured(
            f"{folder} holds files that are not Creditline's.", "Remove it yourself if you mean it."
        )
    shutil.rmtree(folder)


def _tell(stage: Stage, teller: Teller) -> Reckoning:
    teller.chapter("1. Creators register their works")
    gallery = _open_gallery(stage, teller)
    new = register_works(stage, gallery, teller)
    _credit(gallery, new, teller)
    teller.chapter("2. A model learns from some of them, and a generation service funds its pool")
    market = set_up_market(stage, gallery)
    teller.good(f"Training set {market.dataset} of {len(gallery.works)} works, model {market.model}")
    teller.good(f"Pool {market.pool}")
    stake(stage, "operator", market, market.pool)
    teller.good("The operator's bond is staked: whoever shows a false epoch gets half of it")
    teller.chapter("3. Images are generated, by generators whose sources are known")
    with teller.bar("Generating images") as advance:
        shots = shoot(gallery, stage.folder / "images", advance)
    teller.chapter("4. The generation service reports what each image earned")
    receipts = report_usages(stage, market, shots, teller)
    teller.good(f"{len(receipts)} signed receipts")
    teller.chapter("5. Some images are settled one by one, all others in one epoch")
    settle(stage, shots, teller)
    pay_out(stage, market, teller)
    epoch = post_epoch(stage, market)
    teller.good(f"Epoch {epoch['number']} of {epoch['usages']} images is posted; its leaves: {epoch['cid']}")
    teller.chapter("6. Another operator cheats, and a stranger proves it")
    bad = dishonest.play(stage, market, epoch, receipts[DIRECT], teller)
    teller.chapter("7. Nobody could object to the honest epoch in time, and creators claim")
    pass_window(stage, market, epoch)
    items = read_leaves(stage, market, epoch)
    claim(stage, market, items, teller)
    items += stage.client.settlements(market.pool)
    reckoning = tell_images(stage, items, gallery, shots, receipts, teller)
    tell_totals(stage, market, items, stage.deposited(bad), reckoning, teller)
    teller.chapter("8. An outsider recomputes all of it from chain and IPFS")
    _verify(stage, reckoning, teller)
    return reckoning


def _open_gallery(stage: Stage, teller: Teller) -> Gallery:
    openmoji = PROJECT / "node_modules" / "openmoji"
    with teller.bar("Drawing the pictures") as advance:
        return open_gallery(stage.folder / "pictures", openmoji, advance)


def _credit(gallery: Gallery, new: int, teller: Teller) -> None:
    authors = gallery.authors
    teller.good(f"{len(gallery.registered)} works by {len(authors)} creators are registered ({new} new)")
    teller.line("Pictures: OpenMoji (openmoji.org), CC BY-SA 4.0, drawn by " + ", ".join(authors) + ".")


def _verify(stage: Stage, reckoning: Reckoning, teller: Teller) -> None:
    """A process of its own, which knows an RPC endpoint, a gateway and the contracts."""
    places = [
        "--rpc",
        stage.chain.url,
        "--gateway",
        stage.url,
        "--deployment",
        str(stage.folder / "deployment.json"),
    ]
    command = [sys.executable, "-m", "creditline", "verify", "--json", *places]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    try:
        verdict: dict[str, Any] = json.loads(ended.stdout)
        teller.line(str(verdict.get("text") or verdict))
    except ValueError:
        teller.line((ended.stdout + ended.stderr)[-2000:])
    reckoning.require(ended.returncode == 0, f"creditline verify ended with {ended.returncode}")


def _point(stage: Stage, teller: Teller) -> None:
    teller.chapter("Look around")
    teller.line(f"Works, reports and payouts  {stage.url}")
    teller.line(f"Check an epoch yourself     {stage.url}/check  (node: {stage.chain.url})")
    teller.line(f"API and its documentation   {stage.url}/docs")
    teller.line("Attribute your own image    .venv/bin/creditline attribute YOUR.png --keep")
    teller.line("Stop with Ctrl-C; ./scripts/start goes on from here, --fresh forgets everything.")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/start", description="Start Creditline on a local chain and tell its story."
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the story; non-zero if anything did not hold"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the local state first")
    parser.add_argument("--port", type=int, default=8000, help="port of the service (8000)")
    parser.add_argument("--rpc-port", type=int, default=8545, help="port of the local chain (8545)")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=PROJECT / ".creditline",
        help="where everything is kept (.creditline)",
    )
    return parser.parse_args()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
