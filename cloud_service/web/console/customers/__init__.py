"""Pages of clients, their accounts and connections."""
