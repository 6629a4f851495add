import pytest

from creditline.stamping.development import development_credential
from creditline.stamping.stamper import Stamper


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where the credential lies that everything here is sealed with."""
    return tmp_path_factory.mktemp("data") / "stamp"


@pytest.fixture(scope="session")
def credential(folder):
    return development_credential(folder)


@pytest.fixture(scope="session")
def stamper(credential):
    one = Stamper(credential)
    yield one
    one.close()
