"""The pages of the staff: each file is one entry of the menu."""
