"""What people see: the console, the portal of the customers, the support desk. Pages call flow and store, never SQL."""
