"""Where orders may be sent: to hosts that the operator named, and to none that lies inside."""

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.heal.actuators.port import ActuatorError

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect: an address that was checked, so that a name cannot come to mean another one meanwhile."""

    scheme: str
    host: str
    port: int
    address: str

    @property
    def origin(self) -> str:
        """The start of the URL to connect to."""
        return f"{self.scheme}://{f'[{self.address}]' if ':' in self.address else self.address}:{self.port}"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        return self.host if self.port in (80, 443) else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Hosts:
    """``allowed``: hosts that orders may go to; ``private``: further ones that may lie inside and be plain HTTP."""

    allowed: Collection[str]
    private: Collection[str] = ()
    resolve: Resolve = resolve

    def place_of(self, url: str) -> Place:
        """Where a URL leads.

        Raises:
            ActuatorError: the host is not allowed, is not reached over HTTPS, or lies inside.
        """
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise ActuatorError(f"{url[:200]!r} is no address: {error}") from error
        if host not in self.allowed and host not in self.private:
            raise ActuatorError(
                f"orders may not be sent to {host or url[:200]!r}: the operator has not allowed that host"
            )
        is_private = host in self.private
        if parts.username or parts.password or parts.scheme not in ("https", *(["http"] if is_private else [])):
            raise ActuatorError(f"orders to {host} must go to an https:// address without a password in it")
        try:
            addresses = self.resolve(host, port)
        except OSError as error:
            raise ActuatorError(f"the address of {host} is not known", is_passing=True) from error
        inside = [address for address in addresses if not ipaddress.ip_address(address.split("%")[0]).is_global]
        if not addresses or (inside and not is_private):
            raise ActuatorError(f"{host} leads to {', '.join(inside) or 'nowhere'}: no order is sent inside")
        return Place(parts.scheme, host, port, addresses[0])
