"""Advance plans, the bills that they lead to, what stood in their way."""
