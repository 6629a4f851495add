from tests.chain.fixtures import anvil, database, proxy, scene  # noqa: F401 - fixtures
