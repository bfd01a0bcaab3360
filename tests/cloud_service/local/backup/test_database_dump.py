import pytest

from cloud_service.local.backup import database_dump
from common.errors import NotFoundError, UnavailableError
from deploy.bench.free_port import free_port


def test_a_database_that_cannot_be_read_is_an_error_not_a_short_dump() -> None:
    with pytest.raises(UnavailableError, match="pg_dump failed"):
        list(database_dump.dump(f"postgresql://nobody:secret@127.0.0.1:{free_port()}/energy", "0-0-0"))


def test_what_is_no_dump_is_refused_with_the_words_of_postgresql(database_url: str) -> None:
    with pytest.raises(UnavailableError, match="pg_restore failed"):
        database_dump.restore(database_url, [b"no dump" * 100_000])


def test_the_programs_know_their_version_and_a_missing_one_is_named() -> None:
    assert database_dump.major() >= 15
    with pytest.raises(NotFoundError, match="pg_nothing"):
        database_dump.program("pg_nothing")
