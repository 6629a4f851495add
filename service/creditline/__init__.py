"""Creditline pays the creators whose works a generated image draws on."""

__version__ = "0.1.0"
