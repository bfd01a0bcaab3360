"""Errors carry their sentence, their place and what to do."""

import pytest

from common.errors import (
    ConflictError,
    DecodeError,
    EnergyError,
    ForbiddenError,
    InputError,
    NotFoundError,
    UnavailableError,
    at_field,
)


@pytest.mark.parametrize(
    ("kind", "code", "exit_code", "retry"),
    [
        (EnergyError, "error", 1, False),
        (InputError, "bad_input", 1, False),
        (DecodeError, "bad_frame", 1, False),
        (NotFoundError, "not_found", 3, False),
        (ForbiddenError, "forbidden", 4, False),
        (ConflictError, "conflict", 1, False),
        (UnavailableError, "unavailable", 5, True),
    ],
)
def test_each_kind_has_its_code_for_machines(kind: type[EnergyError], code: str, exit_code: int, retry: bool) -> None:
    error = kind("what happened")
    assert (code, exit_code, retry) == (error.code, error.exit_code, error.retry)


def test_an_error_is_a_sentence_with_its_place_and_hint() -> None:
    assert "site.toml: not TOML (look at line 3)" == str(
        InputError("not TOML", path="site.toml", hint="look at line 3")
    )
    assert "not TOML" == str(InputError("not TOML"))


def test_an_empty_hint_is_left_out_of_json_and_an_empty_path_is_not() -> None:
    assert {"error": {"code": "bad_input", "message": "m", "path": "p"}} == InputError("m", path="p").as_json()
    assert {"error": {"code": "special", "message": "m", "path": "", "hint": "h"}} == InputError(
        "m", hint="h", code="special"
    ).as_json()


def test_a_field_says_where_something_was_refused() -> None:
    with pytest.raises(InputError) as caught, at_field("name"):
        raise InputError("too long", path="elsewhere")
    assert "name" == caught.value.path


def test_an_error_of_another_kind_goes_through_a_field_untouched() -> None:
    with pytest.raises(ZeroDivisionError), at_field("name"):
        _ = 1 // 0
