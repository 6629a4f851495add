"""The rules of attribution as one document of integers. Its SHA-256 is the `algorithmHash` of a registered model.

Whoever holds the document knows every threshold that decided about money. Changing one number makes another policy
with another hash, so a model keeps the rules that it was registered with.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from creditline import canonical
from creditline.canonical import JSON


@dataclass(frozen=True)
class Policy:
    """A policy document: `features` says how pictures are described, the rest how evidence is found and paid."""

    document: JSON

    @cached_property
    def hash(self) -> str:
        """0x and the SHA-256 of the canonical document: the model's `algorithmHash`."""
        return "0x" + canonical.digest(canonical.encode(self.document)).hex()

    @cached_property
    def features_hash(self) -> str:
        """The same of what describes a picture alone: stored features stay good while other rules change."""
        return self._hash_of("encoder", "features")

    @cached_property
    def copies_hash(self) -> str:
        """The same of what decides whether one work is a copy of another."""
        return self._hash_of("encoder", "features", "keypoints", "copies")

    def with_encoder(self, identity: str) -> Policy:
        """The same rules with another encoder: another policy."""
        return Policy({**self.document, "encoder": identity})

    def _hash_of(self, *sections: str) -> str:
        part = {name: self.document[name] for name in sections}
        return "0x" + canonical.digest(canonical.encode(part)).hex()

    def rule(self, section: str, name: str) -> int:
        """One integer of the document. A name that is not there is a mistake in the code, hence KeyError."""
        value: int = self.document[section][name]
        return value


def default() -> Policy:
    """The policy that ships with the package."""
    return Policy(
        canonical.decode(resources.files(__package__).joinpath("policy.json").read_bytes().rstrip(b"\n"))
    )
