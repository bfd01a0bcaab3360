"""Rules of what is known of clients and companies: their postal addresses."""
