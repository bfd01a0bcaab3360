"""Commands for clients, their accounts and connections."""
