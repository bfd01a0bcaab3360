"""Estimates that were kept, the days they are told from, and the actual readings around them."""
