"""What every transport promises: a stream of bytes that can be opened, drained and closed.

A transport knows nothing of protocols. It raises ConnectionError when the line is gone and TimeoutError when nothing
came in time; drivers turn these into their own errors.
"""

from typing import Protocol


class Transport(Protocol):
    """One stream of bytes to one or more meters."""

    @property
    def is_open(self) -> bool:
        """True while bytes can flow."""
        ...

    @property
    def name(self) -> str:
        """How errors call this line."""
        ...

    async def open(self) -> None:
        """Open the line; ConnectionError with a sentence for people if it cannot be."""
        ...

    async def close(self) -> None:
        """Close the line; closing twice is no fault."""
        ...

    def write(self, data: bytes) -> None:
        """Queue bytes for sending; ConnectionError if the line is gone."""
        ...

    async def receive(self, timeout_s: float) -> bytes:
        """All bytes that have come and not been taken, at least one; TimeoutError after `timeout_s`."""
        ...
