"""Rated contracts become invoices."""
