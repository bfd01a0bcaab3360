"""One line to meters: question and answer."""
