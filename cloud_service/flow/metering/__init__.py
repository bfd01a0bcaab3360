"""Steps for sites, meters, gateways and readings by hand or file."""
