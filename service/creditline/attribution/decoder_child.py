"""The decoder's child: bytes of a picture in, canonical pixels out."""

from __future__ import annotations

import json
import sys

from creditline.attribution import pictures
from creditline.attribution.child import Answer, Handler, serve
from creditline.canonical import JSON


def prepare() -> Handler:
    return _answer


def _answer(_header: JSON, attachments: list[bytes]) -> Answer:
    (data,) = attachments
    picture = pictures.decode(data)
    answer = {"media_type": picture.media_type, "width": picture.width, "height": picture.height}
    return answer, [picture.pixels.data.cast("B")]


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]), prepare)
