from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service import town as places
from tests.service.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    built = places.build(tmp_path_factory.mktemp("town"))
    yield built
    built.stage.close()
