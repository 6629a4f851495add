"""Fixtures of all rooms that need a chain."""

import pytest
from tests.chain.anvil import Anvil
from tests.chain.scene import Scene


@pytest.fixture
def anvil():
    chain = Anvil()
    yield chain
    chain.stop()


@pytest.fixture
def scene(anvil):
    return Scene(anvil)
