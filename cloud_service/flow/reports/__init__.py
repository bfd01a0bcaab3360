"""Reports that a company has mailed on their days."""
