"""The embedded MQTT 5 broker as a process of its own: `python -m cloud_service.local.broker CONFIG.toml`.

For one machine: it listens on loopback only and has no access list by topic; `deploy/broker/` is for networks.
"""

import socket
import sys
from pathlib import Path

CONFIG = """\
id = 0

[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v5.1]
name = "v5"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
{auth}
[console]
listen = "127.0.0.1:{console_port}"
"""


def write_config(path: Path, *, port: int, console_port: int, users: dict[str, str]) -> None:
    """The broker's configuration, readable by its owner only since it holds the passwords."""
    auth = "".join(f'"{name}" = "{password}"\n' for name, password in sorted(users.items()))
    path.touch(mode=0o600)
    path.write_text(
        CONFIG.format(port=port, console_port=console_port, auth=f"\n[v5.1.connections.auth]\n{auth}" if auth else "")
    )


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something takes connections there."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def serve(config: Path) -> None:
    """Run the broker in this process until it is stopped."""
    from iotcore import Broker

    Broker(config_path=str(config)).run_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
