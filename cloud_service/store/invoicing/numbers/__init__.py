"""Number series, their manners of writing, numbers of receipts."""
