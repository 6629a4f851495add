"""One size in a process of its own, so that its memory can be told: python -m tests.bench.closing_child PAYEES USAGES."""

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from creditline.content.embedded import EmbeddedStore
from creditline.ids import ZERO_ADDRESS
from creditline.royalties.closing import close_epoch
from creditline.royalties.epoch_document import EpochDocument
from creditline.typed_data import ledger_domain
from tests.bench.crowd import TERMS, Crowd

# One file holds about 900,000 payees; beyond that only the closing is measured.
PUBLISHED_MAX = 500_000


def publish(pool, closing):
    document = EpochDocument(ledger_domain(31337, ZERO_ADDRESS), pool, closing).encode()
    with tempfile.TemporaryDirectory() as folder:
        EmbeddedStore(Path(folder)).put(document)
    return len(document)


def measure(payees, usages):
    crowd = Crowd(payees, usages, revenue=payees * 10_000)
    receipts = crowd.reported(2)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    closing = close_epoch(
        2, receipts, before=crowd.standing, terms=TERMS, cutoff=1_800_000_000, payee_of=crowd.payee_of
    )
    closing.epoch(crowd.pool)
    closed = time.perf_counter()
    size = publish(crowd.pool, closing) if payees <= PUBLISHED_MAX else 0
    published = time.perf_counter()
    payouts = replace(closing).payout_tree
    assert payouts.root == closing.payout_tree.root
    built = time.perf_counter()
    return {
        "close_s": closed - began,
        "publish_s": published - closed,
        "tree_s": built - published,
        "document_bytes": size,
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "memory_before_mib": held / 1024,
    }


print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
