"""What came of it: found against true shares for every image, and totals that must balance to the last unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from creditline.amounts import PARTS_PER_MILLION, spell
from creditline.demo.gallery import Exhibit, Gallery
from creditline.demo.stage import Stage
from creditline.demo.story import FIXED_ROLES, Market, work_of
from creditline.demo.studio import Shot
from creditline.demo.teller import Teller

JSON = dict[str, Any]
LARGE_SHARE = 150_000
VARIATION_MAX = 0.30
DECIMALS, SYMBOL = 6, "dJPY"


@dataclass
class Reckoning:
    """Collects what does not hold."""

    faults: list[str] = field(default_factory=list)

    def require(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def tell_images(
    stage: Stage,
    items: list[JSON],
    gallery: Gallery,
    shots: list[Shot],
    receipts: list[JSON],
    teller: Teller,
) -> Reckoning:
    """One table per image; then the two goals that hold over all of them."""
    reckoning = Reckoning()
    exhibits: dict[str, Exhibit] = {work_of(exhibit): exhibit for exhibit in gallery.registered}
    settled = {item["nonce"]: item for item in items}
    variations: dict[str, list[float]] = {}
    for shot, receipt in zip(shots, receipts, strict=True):
        settlement = settled.get(receipt["nonce"])
        if settlement is None:
            reckoning.faults.append(f"{shot.id} is not settled")
            continue
        found = {exhibits[share["work"]].key: int(share["share"]) for share in settlement["shares"]}
        variations.setdefault(shot.kind, []).append(total_variation(shot.truth, found))
        _tell_image(teller, stage.url, shot, receipt, settlement, exhibits)
        _check_image(reckoning, shot, found)
    means = {kind: sum(values) / len(values) for kind, values in variations.items()}
    told = ", ".join(f"{kind} {mean:.3f}" for kind, mean in means.items())
    teller.line(f"Mean total variation from the true shares (0 is perfect, 1 is all wrong): {told}")
    reckoning.require(
        means.get("collage", 1.0) <= VARIATION_MAX,
        f"collages: mean total variation {means.get('collage')} > {VARIATION_MAX}",
    )
    return reckoning


def tell_totals(
    stage: Stage, market: Market, items: list[JSON], elsewhere: int, reckoning: Reckoning, teller: Teller
) -> None:
    """Where every unit of the deposit is, by the chain's own numbers. `elsewhere`: what the ledger holds for another pool."""
    pool = stage.reader.pool(market.pool)
    works = sum(int(share["amount"]) for item in items for share in item["shares"])
    paid = dict(zip(FIXED_ROLES, pool["paid"], strict=True))
    # An epoch credits what is unattributed to the payee that its pool names as commons.
    paid["commons"] += stage.reader.claimed(market.pool, 0)
    held = stage.reader.balance(market.token, stage.deployment.ledger)
    epochs = stage.reader.final_revenue(market.pool)
    left, settled = pool["ceiling"] - pool["direct"], pool["direct"] + epochs
    bonds = int(pool["bond"]) if pool["staked"] else 0
    rows = [
        ("Deposited by the generation service", stage.deposited(market.pool)),
        ("Revenue settled", settled),
        ("  to creators", works),
        *(
            (f"  to {role}{' (unattributed)' if role == 'commons' else ''}", amount)
            for role, amount in paid.items()
        ),
        ("Still in the pool", left),
    ]
    teller.table("", ["Totals", ""], [[name, spell(amount, DECIMALS, SYMBOL)] for name, amount in rows])
    reported = sum(int(item["revenue"]) for item in items)
    reckoning.require(works + sum(paid.values()) == settled, "the parts do not add up to the revenue")
    reckoning.require(reported == settled, "the settled revenue differs from what was reported")
    reckoning.require(
        held == left + bonds + elsewhere,
        f"the ledger holds {held}, but owes {left} the bond of {bonds} and {elsewhere} of another pool",
    )
    reckoning.require(_received(stage, market, items), "a creator's wallet does not hold what was credited")


def total_variation(truth: dict[str, int], found: dict[str, int]) -> float:
    """Half the sum of differences, what nothing explains included: 0 to 1."""
    keys = truth.keys() | found.keys()
    differences = sum(abs(truth.get(key, 0) - found.get(key, 0)) for key in keys)
    rest = abs(sum(truth.values()) - sum(found.values()))
    return (differences + rest) / (2 * PARTS_PER_MILLION)


def _received(stage: Stage, market: Market, items: list[JSON]) -> bool:
    credited: dict[str, int] = {}
    for item in items:
        for share in item["shares"]:
            credited[share["payee"]] = credited.get(share["payee"], 0) + int(share["amount"])
    return all(stage.reader.balance(market.token, payee) == amount for payee, amount in credited.items())  # type: ignore[arg-type]


def _check_image(reckoning: Reckoning, shot: Shot, found: dict[str, int]) -> None:
    if shot.kind == "collage":
        for key, part in shot.truth.items():
            reckoning.require(
                part < LARGE_SHARE or key in found,
                f"{shot.id}: source {key} ({part / 10_000:.1f} %) not found",
            )
    if shot.kind in ("outside", "strange"):
        reckoning.require(
            not found, f"{shot.id}: {sorted(found)} would be paid, though nothing of it was trained on"
        )


def _tell_image(
    teller: Teller, url: str, shot: Shot, receipt: JSON, settlement: JSON, exhibits: dict[str, Exhibit]
) -> None:
    paid = {exhibits[share["work"]].key: share for share in settlement["shares"]}
    names = {exhibit.key: f"{exhibit.title} · {exhibit.author}" for exhibit in exhibits.values()}
    rows = []
    keys = sorted(paid.keys() | {key for key, part in shot.truth.items() if part >= LARGE_SHARE // 3})
    for key in sorted(keys, key=lambda key: -int(paid.get(key, {}).get("share", 0))):
        share = paid.get(key)
        rows.append(
            [
                names[key],
                _percent(int(share["share"])) if share else "not found",
                _percent(shot.truth.get(key, 0)),
                spell(int(share["amount"]), DECIMALS, SYMBOL) if share else "",
            ]
        )
    rest, true_rest = int(receipt["unattributed"]), PARTS_PER_MILLION - sum(shot.truth.values())
    rows.append(
        [
            "unattributed",
            _percent(rest),
            _percent(true_rest),
            spell(int(settlement["unattributed"]), DECIMALS, SYMBOL),
        ]
    )
    earned = spell(int(settlement["revenue"]), DECIMALS, SYMBOL)
    teller.table(f"{shot.path}  earned {earned}", ["Work", "found", "true", "paid"], rows)
    teller.line(f"{url}/reports/{receipt['report_cid']}\n")


def _percent(parts: int) -> str:
    return f"{parts / 10_000:.1f} %"
