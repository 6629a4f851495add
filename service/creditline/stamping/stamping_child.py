"""The child of `stamper` and `reader`. It says so where the packages that stamps need are not installed."""

from __future__ import annotations

import json
import os
import sys

from creditline.attribution.child import Handler, serve
from creditline.errors import Misconfigured


def prepare() -> Handler:
    # The C2PA library looks for its native part in the working folder first, and that may be one of downloads.
    os.chdir("/")
    try:
        from creditline.stamping.press import answer
    except ImportError as error:
        raise Misconfigured(
            f"Stamps need the package {error.name}, which is not installed.",
            "Install it with: pip install 'creditline[service]'",
        ) from None
    return answer


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]), prepare)
