"""F24: every route that changes something says what a key needs for it."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from creditline.access.key import Scope
from creditline.api import app, session
from creditline.api.caller import Allowed, Required

ROUTES = [
    route
    for room in app.ROOMS
    for route in room.router.routes
    if isinstance(route, APIRoute) and not route.methods <= {"GET", "HEAD"} and room is not session
]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_f24_every_change_names_its_scope(route: APIRoute) -> None:
    (found,) = [each.dependency for each in route.dependencies if isinstance(each.dependency, Allowed)]
    assert isinstance(found, Required) == (found.scope is Scope.OPERATE)
