"""For whom this thread works: the name of the caller whose call it serves, so that queues can be fair between callers."""

from __future__ import annotations

from contextvars import ContextVar

caller: ContextVar[str] = ContextVar("caller", default="")
"""Empty for what the service does by itself."""
