"""The steps from reading to paid invoice, one a file; each is handed session, clock, mail or provider by a door."""
