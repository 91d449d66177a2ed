"""The web process's side of live: who is connected here, what they may see, and that nothing told was lost."""

from inbox.live.hub import Hub, hub_here
from inbox.live.sockets import Allowance, Socket

__all__ = ["Allowance", "Hub", "Socket", "hub_here"]
