"""Bank statements: what each line is for, and whether it was booked before."""

from cloud_service.flow.match_transfers.matching import MatchedLine, lines_of, match_lines

__all__ = ["MatchedLine", "lines_of", "match_lines"]
