"""What is set around invoices: how they are numbered, and by which currency rates they are summed up."""
