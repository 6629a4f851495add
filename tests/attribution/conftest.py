from pathlib import Path

import pytest

from creditline.attribution import policy
from creditline.attribution.encoders.embedded import EmbeddedEncoder


@pytest.fixture(scope="session", autouse=True)
def _children_of_these_tests():
    """Children import nothing from the working folder, so they are told where the misbehaving one stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
        yield


@pytest.fixture(scope="session")
def encoder():
    return EmbeddedEncoder()


@pytest.fixture(scope="session")
def rules():
    return policy.default()
