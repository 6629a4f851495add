"""Recompute everything from chain and IPFS alone: every claim, every share, every payout.

`verify` reads all finalised events, replays them into a book, fetches every document that they name, and holds one
against the other. It answers yes, or names the first thing that is wrong in chain order and counts the others. What
could not be fetched is not called wrong; it is not called right either.

    evidence      what is asked of a chain node; the documents come from an `Archive`
    registry      what the logs say of works, batches, data sets and models
    account       one pool: its terms, counters and epochs
    ledger        what the logs say of money: deposits, settlements, credits
    epochs        what the logs say of epochs: postings, claims, bonds, disputes
    book          both, fed in chain order
    anchors       does every batch hold what its creator signed?
    works         does every work have the record that the chain names?
    datasets      does every training set hold registered works, and none that was opted out?
    trials        do epochs follow from what was published, and is there anything to object to?
    distributions does a base pool share all of it out, by the rule?
    settlements   does every paid share follow from published evidence?
    money         do the sums close, and does storage agree with the logs?
    pixels        optionally: does the engine, run again, say the same?
    verdict       what was found

The room is pure Python. It imports neither the chain room nor the content room, nor any library of pictures or vectors.
"""

from creditline.audit.auditor import Options, verify
from creditline.audit.evidence import Chain, Deployment, Event
from creditline.audit.pixels import Recompute
from creditline.audit.step import Check, Outcome, Step
from creditline.audit.verdict import Verdict

__all__ = [
    "Chain",
    "Check",
    "Deployment",
    "Event",
    "Options",
    "Outcome",
    "Recompute",
    "Step",
    "Verdict",
    "verify",
]
