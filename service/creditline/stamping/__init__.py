"""A receipt inside the image that it is for, as part of a signed C2PA manifest, and out of it again.

Whoever holds a stamped image holds the operator's receipt for it, and needs nothing else to show what was promised.
`manifest` is the only module that touches the C2PA library; it runs in the bounded child of `stamping_child`, which
`stamper` and `reader` ask. `credential` is what stamps are sealed with, `development` makes one for the local chain,
and `original` takes a stamp off.
"""
