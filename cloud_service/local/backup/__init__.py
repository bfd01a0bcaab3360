"""A whole installation in one sealed file, and out of it again."""
