"""Text that others wrote, before it enters documents, databases, pages and logs."""

from __future__ import annotations

import unicodedata

from creditline.errors import Invalid, TooLarge


def require_line(text: str, what: str, limit: int) -> str:
    """One line of at most `limit` characters. Raises `Invalid` for control characters, `TooLarge` above the limit."""
    if len(text) > limit:
        raise TooLarge(f"{what} has {len(text)} characters.", f"Keep it to {limit}.")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise Invalid(
                f"{what} holds the control character U+{ord(character):04X}.", "Write it as one plain line."
            )
    return text


def read_retry_after(header: str) -> int | None:
    """The seconds of a Retry-After header (RFC 9110, 10.2.3); None for a date, or anything else."""
    return int(header) if header.isascii() and header.isdigit() else None
