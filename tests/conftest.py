from pathlib import Path

import pytest
from hypothesis import settings

# No test is about speed: a busy machine must not make one fail.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _children_find_the_tests():
    """A child imports nothing from the working folder, so it is told where the misbehaving one stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
        yield
