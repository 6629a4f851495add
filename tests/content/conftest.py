import pytest

from creditline.content.embedded import EmbeddedStore
from creditline.content.gateway import Gateway
from creditline.content.kubo import KuboStore
from tests.content.gateway_server import GatewayServer
from tests.content.kubo_server import Node
from tests.content.local_server import serving


@pytest.fixture
def store(tmp_path):
    return EmbeddedStore(tmp_path / "content")


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def kubo(node):
    with serving(node.handler()) as url:
        adapter = KuboStore(url)
        yield adapter
        adapter.close()


@pytest.fixture
def honest(store):
    return GatewayServer(store)


@pytest.fixture
def liar(store):
    """A gateway that stands before the honest one."""
    return GatewayServer(store)


@pytest.fixture
def gateway(honest, liar):
    with serving(liar.handler()) as first, serving(honest.handler()) as second:
        reader = Gateway([first, second])
        yield reader
        reader.close()
