import tempfile
from pathlib import Path

import pytest

from tests.chain.fixtures import anvil, database, proxy, scene  # noqa: F401 - fixtures


@pytest.fixture
def fast():
    """A folder in memory where there is one: what a kill takes away is the process, not what it wrote."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
