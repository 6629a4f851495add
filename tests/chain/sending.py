"""Worthless money to send, and a look at who has it."""

from creditline.transactions import Transaction
from tests.chain.scene import person


def mint(scene, who, amount=1):
    call = scene.calls.mint(scene.deployment.demo_token, person(who).address, amount)
    return Transaction(f"mint:{who}", call.to, call.data, f"mint for {who}")


def balance(scene, who):
    return scene.reader.balance(scene.deployment.demo_token, person(who).address)


def settle_all(scene, sender, rounds=30):
    """Step until nothing changes any more."""
    for _ in range(rounds):
        if not sender.step():
            return
        scene.anvil.finalise()
    raise AssertionError("the sender never came to rest")
