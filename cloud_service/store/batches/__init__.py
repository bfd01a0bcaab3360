"""Batches: one action on many rows of a list, and what became of each row."""
