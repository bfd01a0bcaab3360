"""Civil time for bills: time-of-use periods, holidays, intervals, billing cycles, proration."""
