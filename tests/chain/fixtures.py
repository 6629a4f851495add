"""Fixtures of all rooms that need a chain."""

import pytest

from creditline.store.database import Database
from tests.chain.anvil import Anvil
from tests.chain.proxy import Misbehaving
from tests.chain.scene import Scene


@pytest.fixture
def anvil():
    chain = Anvil()
    yield chain
    chain.stop()


@pytest.fixture
def scene(anvil):
    return Scene(anvil)


@pytest.fixture
def proxy(anvil):
    between = Misbehaving(anvil.port)
    yield between
    between.stop()


@pytest.fixture
def database(tmp_path):
    opened = Database(f"sqlite:///{tmp_path}/creditline.db")
    opened.migrate()
    yield opened
    opened.close()
