"""The unit by which systemd runs an installation: of the whole machine, or of one user, with the rights it needs."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.errors import InputError

SYSTEM_FOLDER = Path("/etc/systemd/system")
PRIVILEGED = 1024  # below it a port needs a capability

UNIT = """\
# Written by `energy-cloud service install`. Settings (docs/settings.md) may stand in {data_dir}/environment.
[Unit]
Description=Energy billing in {data_dir}
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={command}
WorkingDirectory={data_dir}
EnvironmentFile=-{data_dir}/environment
RuntimeDirectory={name}
Environment=XDG_RUNTIME_DIR=%t/{name}
Restart=always
RestartSec=2
TimeoutStopSec=90
KillMode=mixed
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
{machine}
[Install]
WantedBy={target}
"""

# What only the manager of the whole machine can grant and take.
MACHINE = """\
User={user}
ReadWritePaths={data_dir}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
"""


@dataclass(frozen=True, slots=True)
class SystemdUnit:
    """A service of systemd; without `user` it is one of the user who installs it."""

    name: str
    data_dir: Path
    command: Sequence[str]
    user: str = ""
    port: int | None = None

    @property
    def path(self) -> Path:
        """Where systemd looks for it."""
        folder = SYSTEM_FOLDER if self.user else Path.home() / ".config/systemd/user"
        return folder / f"{self.name}.service"

    @property
    def manager(self) -> list[str]:
        """Which systemd runs it."""
        return ["systemctl"] if self.user else ["systemctl", "--user"]

    def text(self) -> str:
        """The file."""
        folder = str(self.data_dir)
        if any(letter.isspace() or letter in "\"'\\" for letter in folder):
            raise InputError(
                "systemd takes no folder with blanks or quotes here", path=folder, hint="move the installation"
            )
        folder = folder.replace("%", "%%")
        capabilities = "CAP_NET_BIND_SERVICE" if self.port and self.port < PRIVILEGED else ""
        machine = MACHINE.format(user=self.user, data_dir=folder, capabilities=capabilities) if self.user else ""
        return UNIT.format(
            data_dir=folder, name=self.name, machine=machine, command=" ".join(map(_quoted, self.command)),
            target="multi-user.target" if self.user else "default.target",
        )  # fmt: skip


def _quoted(word: str) -> str:
    """A word of a command line as systemd reads it: no variables, no percent signs of its own."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if word == shlex.quote(word) else f'"{escaped}"'
