"""What customers see: their own energy, bills and payments, and nothing of anybody else."""
