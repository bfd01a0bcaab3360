"""Pages of service points, meters and gateways."""
