"""Bank statements: what each line is for, and whether it was booked before."""

from cloud_service.flow.match_transfers.booked_meanwhile import BookedMeanwhile
from cloud_service.flow.match_transfers.matching import MatchedLine, lines_of, match_lines

__all__ = ["BookedMeanwhile", "MatchedLine", "lines_of", "match_lines"]
