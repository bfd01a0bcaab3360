"""The office of the store's tests: a session on the console's small operator."""

from tests.cloud_service.conftest import Office

__all__ = ["Office"]
