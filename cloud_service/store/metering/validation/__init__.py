"""What validation keeps beside the days: sums of registers, and registers whose days could not be made."""
