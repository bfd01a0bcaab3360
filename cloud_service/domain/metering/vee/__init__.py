"""Validation, estimation, editing: readings as they came -> consumption per step of each local day. Pure.

Energy adds up exactly: the steps of a register between two instants sum to the difference of its indexes there, through
rollover, meter exchange, gaps, estimates and late readings, because every step is the difference of one function of
time at its two ends.
"""
