"""Commands for service points, meters and gateways."""
