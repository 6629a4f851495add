import pytest

from tests.chain.fixtures import anvil, proxy, scene  # noqa: F401 - fixtures
from tests.store.postgres import Postgres, opened


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/creditline.db"
    return request.getfixturevalue("postgres").new_url()


@pytest.fixture
def database(url):
    found = opened(url)
    yield found
    found.close()
