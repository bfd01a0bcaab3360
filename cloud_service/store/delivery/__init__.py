"""Documents and messages."""
