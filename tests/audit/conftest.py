from tests.chain.fixtures import anvil, database, scene  # noqa: F401 - fixtures
