"""A TCP port that is free now on loopback, and that stays so until a server takes it."""

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000  # below the ports that Linux gives to outgoing connections, of which tests make many


def free_port() -> int:
    """A port nobody listens on, drawn at random so that tests side by side do not draw the same one."""
    while True:
        port = random.SystemRandom().randrange(LOWEST, HIGHEST)
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
