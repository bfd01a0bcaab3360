"""Sheets that were imported: what each made, how its columns were named, and how it is taken back."""
