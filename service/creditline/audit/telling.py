"""The verdict in words."""

from __future__ import annotations

from creditline.audit.step import Outcome
from creditline.audit.verdict import Verdict

FINDINGS_SHOWN = 10


def tell(verdict: Verdict, block: int) -> str:
    """A few lines for a terminal: the answer first, then what it stands on, then what is not right."""
    answers = {
        "yes": "Yes: everything holds.",
        "no": "No: something is wrong.",
        "incomplete": "Not proven: nothing is wrong, but something could not be checked.",
    }
    figures = verdict.figures
    lines = [
        f"{answers[verdict.answer]} Recomputed from chain (up to final block {block}) and IPFS alone:",
        f"  works {figures.works} · batches {figures.batches} · training sets {figures.datasets} · models {figures.models}",
        f"  pools {figures.pools} · settled images {figures.images} · payees {figures.payees}",
        f"  epochs {figures.epochs} · voided {figures.voided_epochs}",
    ]
    for check, counts in verdict.counts.items():
        good = counts.get(Outcome.OK, 0) + counts.get(Outcome.NOTED, 0)
        lines.append(f"  {check.value:<12} {good} of {sum(counts.values())}")
    others = [step for step in verdict.findings if not step.ok and step != verdict.first_wrong]
    if verdict.first_wrong:
        lines.append(f"First: {verdict.first_wrong.subject}: {verdict.first_wrong.detail}")
    lines += [f"  {step.name.value}: {step.subject}: {step.detail}" for step in others[: FINDINGS_SHOWN - 1]]
    return "\n".join(lines)
