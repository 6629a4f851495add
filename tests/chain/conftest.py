from tests.chain.fixtures import anvil, scene  # noqa: F401 - fixtures
