"""The manual inside the product: its pages, pictures and example files, from the package or from the checkout."""
