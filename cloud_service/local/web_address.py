"""Where the web service listens: on this machine only, or for others by TLS or behind a proxy that speaks TLS."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from common.errors import InputError

LOOPBACK = "127.0.0.1"
LOCALHOST = "localhost"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The interface, the port (None: a free one), and the files of the certificate (None: plain HTTP)."""

    host: str = LOOPBACK
    port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    def check(self) -> None:
        """Refuse what would send passwords in the clear across a network."""
        if (self.certificate is None) != (self.key is None):
            raise InputError("a certificate and its key belong together", path="--cert", hint="give --cert and --key")
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                raise InputError("there is no such file", path=str(path))
        if not self.tls and not self.is_local and not self.behind_proxy:
            raise InputError(
                f"plain HTTP on {self.host} would send passwords readable across the network", path="--host",
                hint="add --tls (or --cert and --key), or --behind-proxy where a proxy before it speaks TLS",
            )  # fmt: skip

    @property
    def tls(self) -> bool:
        """Whether it speaks TLS itself."""
        return self.certificate is not None

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host == LOCALHOST or _is(self.host, "is_loopback")

    @property
    def asked_at(self) -> str:
        """The host at which this machine itself reaches it."""
        return LOOPBACK if _is(self.host, "is_unspecified") else self.host

    def url(self, port: int) -> str:
        """The address for people."""
        name = host_name() if _is(self.host, "is_unspecified") else self.host
        return f"{'https' if self.tls else 'http'}://{f'[{name}]' if ':' in name else name}:{port}"

    def gunicorn(self, port: int) -> list[str]:
        """The same for the server's command line."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        bind = ["--bind", f"{host}:{port}"]
        return [*bind, "--certfile", str(self.certificate), "--keyfile", str(self.key)] if self.tls else bind


def host_name() -> str:
    """The name of this machine in its network."""
    return socket.gethostname().lower() or LOCALHOST


def _is(host: str, kind: str) -> bool:
    try:
        return bool(getattr(ip_address(host), kind))
    except ValueError:
        return False
