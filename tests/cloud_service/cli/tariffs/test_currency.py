"""Currency rates by commands."""

from pathlib import Path

from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal
from tests.cloud_service.ecb_files import history_csv, zipped


def test_a_file_of_the_bank_is_imported_and_the_newest_are_listed(billed: World, tmp_path: Path) -> None:
    file = tmp_path / "eurofxref-hist.zip"
    file.write_bytes(zipped(history_csv()))
    taken = call("currency", "import", str(file), "--only", "USD", "--only", "CHF", "--since", "2026-11-26")

    assert (2, ["USD"], ["CHF"]) == (taken["new"], taken["currencies"], taken["not_published"])
    assert "0 new, 2 known" in printed("currency", "import", str(file), "--only", "USD", "--since", "2026-11-26")
    (usd,) = call("currency", "list")
    assert ("USD", "2026-11-27", "European Central Bank") == (usd["currency"], usd["day"], usd["source"])
    assert "USD" in printed("currency", "list")
    assert "which currencies" in str(refusal("currency", "import", str(file)))


def test_fetching_is_switched_on_and_off_and_nothing_is_fetched_where_nothing_is_missing(billed: World) -> None:
    assert ["automatic"] == call("currency", "automatic", "--on")["changed"]
    assert "rates are imported by hand\n" == printed("currency", "automatic", "--off")
    assert "nothing is missing\n" == printed("currency", "fetch")
    assert "address" == refusal("currency", "automatic", "--on", "--address", "http://a.example/").path


def test_the_help_says_what_to_do_without_a_network() -> None:
    assert "Without a network" in printed("currency", "--help")
