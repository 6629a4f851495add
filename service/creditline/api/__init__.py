"""The HTTP front door: it translates requests, authorises them, and calls a business room.

It holds no rule about works or money, and reaches everything through the `Desk` that main hands in. Errors leave as
problem+json (RFC 9457), lists as cursor pages.
"""
