"""What is owed, and how it is paid, chased or given up."""
