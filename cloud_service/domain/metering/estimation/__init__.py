"""Estimates for gaps of readings: where a gap is, by which rule its energy is told, and how it is shared by time. Pure.

A person, or a billing run on its last day, keeps what is proposed here; validation then makes the days as from any
other estimated readings, which give way to actual ones.
"""
