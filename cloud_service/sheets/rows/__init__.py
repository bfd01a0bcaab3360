"""What a row of a sheet becomes: places, parties, meters, openings, tariffs."""
