"""Many at once: sheets of clients, flats, meters and connections, checked and stored row by row as single forms do."""
