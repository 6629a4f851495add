import pytest

from creditline.attribution import policy
from creditline.attribution.encoders.embedded import EmbeddedEncoder


@pytest.fixture(scope="session")
def encoder():
    return EmbeddedEncoder()


@pytest.fixture(scope="session")
def rules():
    return policy.default()
