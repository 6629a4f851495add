from creditline import audit
from creditline.audit.telling import tell
from tests.audit.contracts import TOKEN
from tests.audit.world import World


def told(world):
    return tell(audit.verify(world.node, world.shelf), 42).splitlines()


def test_a_true_world_is_told_in_figures():
    lines = told(World())
    assert lines[0] == "Yes: everything holds. Recomputed from chain (up to final block 42) and IPFS alone:"
    assert "  pools 2 · settled images 5 · payees 5" in lines
    assert "  epochs 1 · voided 0" in lines


def test_what_is_wrong_is_told_first_and_the_rest_once():
    world = World()
    report = world.contracts.logs[world.contracts.index_of("Settled")].args["reportHash"]
    del world.shelf.documents[report]
    world.node.storage["balance", TOKEN] = 0
    lines = told(world)
    assert lines[0].startswith("No: something is wrong.")
    assert lines[-2].startswith(f"First: token {TOKEN} of pool {world.pool}: the ledger holds 0 and owes ")
    assert lines[-1].startswith("  settlements: image 1 of pool")
