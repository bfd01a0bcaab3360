"""All services on one machine: embedded PostgreSQL and broker, and a supervisor that starts, watches and stops them."""
