"""An example operator with two sites, clients, tariffs and a year of history: for demos and scenario tests."""
