"""What a sheet's heads and cells say: columns, foreign words, numbers, days, codes."""
