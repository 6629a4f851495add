"""Encoders turn square pictures into unit vectors. One interface, so that a model may be registered with any of them.

`embedded` needs nothing but the installed package; `openclip` takes any open_clip model. Import the one you need.
"""
