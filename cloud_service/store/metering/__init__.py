"""Meter data: files, validation, completeness."""
