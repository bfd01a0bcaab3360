"""What is looked up is there, or it is said that it is not."""

from typing import TypeVar

from common.errors import NotFoundError

Thing = TypeVar("Thing")


def existing(thing: Thing | None, noun: str) -> Thing:
    """The thing itself; NotFoundError where there is none for this reader."""
    if thing is None:
        raise NotFoundError(f"there is no such {noun}")
    return thing
