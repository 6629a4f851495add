"""A policy is its hash."""

from creditline import canonical
from creditline.attribution import policy
from creditline.attribution.encoders.embedded import EmbeddedEncoder


def test_the_default_names_the_embedded_encoder(rules):
    assert rules.document["encoder"] == EmbeddedEncoder.identity
    assert rules.hash == "0x" + canonical.digest(canonical.encode(rules.document)).hex()


def test_any_changed_rule_is_another_policy(rules):
    changed = policy.Policy({**rules.document, "gate": {**rules.document["gate"], "alpha_ppm": 20_000}})
    assert changed.hash != rules.hash
    assert changed.features_hash == rules.features_hash


def test_another_encoder_describes_differently(rules):
    other = rules.with_encoder("00" * 32)
    assert other.hash != rules.hash
    assert other.features_hash != rules.features_hash
