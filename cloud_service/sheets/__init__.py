"""Many at once: sheets of clients, flats, meters and connections, read, checked row by row, stored by the steps of single forms."""
