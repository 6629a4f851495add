"""The worker's child: holds the engine and a few catalogues, and answers six questions."""

from __future__ import annotations

import json
import sys
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from creditline.attribution import policy, report
from creditline.attribution.cache import FeatureCache
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.child import Answer, Handler, serve
from creditline.attribution.encoders.encoder import Encoder
from creditline.attribution.engine import Engine, Gathering
from creditline.attribution.overlay import draw_overlay, draw_thumbnail
from creditline.attribution.pictures import Picture
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.verdicts import Verdicts
from creditline.canonical import JSON
from creditline.errors import Misconfigured, Missing

Kept = TypeVar("Kept")

# Training sets kept at a time, and as many of which works are still to be compared.
_SETS_MAX = 4
# Seconds for which works are compared with each other before somebody else may ask something.
_COMPARING_S = 30.0
# Pictures described beside each other; each is computed by itself, so this changes no number.
_THREADS = 2


class Desk:
    """Answers one message at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._catalogues: OrderedDict[str, Catalogue] = OrderedDict()
        self._gathered: OrderedDict[str, Gathering] = OrderedDict()

    def answer(self, question: JSON, attachments: list[bytes]) -> Answer:
        """Route a message by its `ask`."""
        asked = {
            "describe": self._describe,
            "load": self._load,
            "attribute": self._attribute,
            "overlay": self._overlay,
            "thumbnail": self._thumbnail,
            "policy": self._name_policy,
        }
        return asked[question["ask"]](question, attachments)

    def _name_policy(self, _question: JSON, _attachments: list[bytes]) -> Answer:
        return {"policy": self._engine.policy.hash}, ()

    def _describe(self, question: JSON, attachments: list[bytes]) -> Answer:
        pictures = list(map(_read_picture, question["pictures"], attachments))
        with ThreadPoolExecutor(_THREADS) as threads:
            return {"descriptions": list(threads.map(self._describe_one, pictures))}, ()

    def _describe_one(self, picture: Picture) -> JSON:
        features = self._engine.describe(picture)
        return {
            "content_hash": picture.content_hash.hex(),
            "pixel_hash": picture.pixel_hash.hex(),
            "width": picture.width,
            "height": picture.height,
            "media_type": picture.media_type,
            "fingerprints": [code.tobytes().hex() for code in features.fingerprints],
            "quality": int(features.quality[0]),
        }

    def _load(self, question: JSON, _attachments: list[bytes]) -> Answer:
        name, training_set = question["set"], _read_training_set(question)
        try:
            gathered = self._gathered.pop(name, None) or self._engine.gather(training_set)
        except Missing:
            # Asked for after trying, because reading a damaged file is what removes it from the cache.
            missing = self._engine.find_missing(training_set)
            return {"missing": [content_hash.hex() for content_hash in missing], "unfinished": True}, ()
        finished = gathered.clustering.advance(time.monotonic() + _COMPARING_S)
        if finished:
            _keep(self._catalogues, name, self._engine.build_catalogue(gathered))
        else:
            _keep(self._gathered, name, gathered)
        return {"missing": [], "unfinished": not finished}, ()

    def _attribute(self, question: JSON, attachments: list[bytes]) -> Answer:
        catalogue = self._catalogues.get(question["set"])
        if catalogue is None:
            return {"unknown": question["set"]}, ()
        self._catalogues.move_to_end(question["set"])
        return {
            "report": self._engine.attribute(_read_picture(question["picture"], attachments[0]), catalogue)
        }, ()

    def _overlay(self, question: JSON, attachments: list[bytes]) -> Answer:
        picture = _read_picture(question["picture"], attachments[0])
        return {}, [draw_overlay(picture, report.read(question["report"]))]

    def _thumbnail(self, question: JSON, attachments: list[bytes]) -> Answer:
        picture = _read_picture(question["picture"], attachments[0])
        return {}, [draw_thumbnail(picture, question["side"])]


def _keep(among: OrderedDict[str, Kept], name: str, one: Kept) -> None:
    """The newest few."""
    among[name] = one
    if len(among) > _SETS_MAX:
        among.popitem(last=False)


def prepare(arguments: Sequence[str]) -> Handler:
    """Build the engine for the cache folder and the encoder that the parent named."""
    cache, encoder_name = arguments
    encoder = _load_encoder(encoder_name)
    rules = policy.default()
    if encoder.identity != rules.document["encoder"]:
        rules = rules.with_encoder(encoder.identity)
    folder = Path(cache)
    return Desk(Engine(rules, encoder, FeatureCache(folder, rules), Verdicts(folder, rules))).answer


def _load_encoder(name: str) -> Encoder:
    if name == "embedded":
        from creditline.attribution.encoders.embedded import EmbeddedEncoder

        return EmbeddedEncoder()
    model, slash, weights = name.partition("/")
    if not slash:
        raise Misconfigured(f"{name} names no encoder.", 'Set "embedded" or an open_clip "MODEL/WEIGHTS".')
    from creditline.attribution.encoders.openclip import OpenClipEncoder

    return OpenClipEncoder(model, weights)


def _read_picture(head: JSON, body: bytes) -> Picture:
    pixels = np.frombuffer(body, np.uint8).reshape(head["height"], head["width"], 3)
    return Picture(bytes.fromhex(head["content_hash"]), head["media_type"], pixels)


def _read_training_set(question: JSON) -> TrainingSet:
    rows = (
        TrainedWork(work, dataset, index, bytes.fromhex(name))
        for work, dataset, index, name in question["works"]
    )
    return TrainingSet(question["model"], tuple(question["datasets"]), tuple(rows))


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]), lambda: prepare(sys.argv[2:]))
