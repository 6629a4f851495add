"""The SDK: everything a creator, a model developer or a generation service does through the HTTP API.

It needs neither the engine nor a chain node: wallets sign here, the service relays. It may touch the network only through
the `Creditline` client.
"""

from creditline.client.client import Creditline
from creditline.client.wallet import Wallet

__all__ = ["Creditline", "Wallet"]
