"""The e-invoice: the same paper as the PDF in the fields of EN 16931, held against the official rules."""
