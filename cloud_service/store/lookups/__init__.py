"""Single things by the id in their address, each only where the reader may know of it; else NotFoundError."""
