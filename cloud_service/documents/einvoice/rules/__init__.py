"""The official rules of e-invoices: where they are, and the program that runs them."""
