"""Answers the two questions that the child is asked: to stamp a picture, and to read a stamp."""

from __future__ import annotations

import hashlib

from creditline.attribution import containers
from creditline.attribution.child import Answer
from creditline.canonical import JSON
from creditline.errors import NotAPicture
from creditline.stamping import manifest
from creditline.stamping.credential import Credential
from creditline.stamping.original import original


def answer(question: JSON, attachments: list[bytes]) -> Answer:
    """Route a message by its `ask`."""
    return {"stamp": _stamp, "read": _read}[question["ask"]](question, attachments)


def _stamp(question: JSON, attachments: list[bytes]) -> Answer:
    picture, receipt, certificates, key = attachments
    media_type = containers.inspect(picture)
    credential = Credential(question["algorithm"], certificates, key)
    stamped = manifest.embed(picture, media_type, receipt, credential)
    if original(stamped, media_type) != original(picture, media_type):
        raise NotAPicture(
            "The file is put together in a way that a stamp would change.",
            "Save the picture again, or report it without a stamp.",
        )
    return {"media_type": media_type}, [stamped]


def _read(_question: JSON, attachments: list[bytes]) -> Answer:
    data, authorities = attachments
    media_type = containers.inspect(data)
    found = manifest.extract(data, media_type, authorities)
    return {**found, "original_hash": hashlib.sha256(original(data, media_type)).hexdigest()}, ()
