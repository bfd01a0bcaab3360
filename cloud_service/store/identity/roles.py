"""The roles a person may be granted: the one list of which tables, commands and pages make theirs."""

ROLES = ("admin", "billing", "support", "auditor", "client")
CLIENT = "client"  # opens the portal of one client; all other roles are of staff
STAFF_ROLES = tuple(role for role in ROLES if role != CLIENT)
