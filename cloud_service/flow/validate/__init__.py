"""From readings to days: makes the days whose readings have changed, and what depends on them, and nothing else.

Changed days are taken from their log in the transaction that makes them: either the days are made and the marks gone,
or neither. Any number of workers may do this at once; each register is with one of them at a time.
"""

from cloud_service.flow.validate.changed_days import (
    ValidationReport,
    validate_contracts,
    validate_dirty,
    validate_places,
)
from cloud_service.flow.validate.make_days import make_changed_days

__all__ = ["ValidationReport", "make_changed_days", "validate_contracts", "validate_dirty", "validate_places"]
