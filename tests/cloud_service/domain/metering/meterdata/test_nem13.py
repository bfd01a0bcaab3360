"""NEM13: two index reads a record."""

from decimal import Decimal

from cloud_service.domain.metering.meterdata import FileIndexReads, FileSummary, read
from tests.cloud_service.domain.metering.meterdata.mdff import END, load, refusal
from tests.shared import need_shared

HEADER = "100,NEM13,200401101030,MDA1,Ret1"
READS = "250,VABC005890,11,1,11,11,S1,E,100,20031005093055,A,,,200,20040107100333,A,,,100,kWh,,20040108100333,"


def test_index_reads_become_one_consumption_between_two_instants() -> None:
    summary = FileSummary([])
    with need_shared("real", "nem12", "Example_NEM13_consumption_data.csv").open("rb") as stream:
        blocks = list(read(stream, "nem12", summary))

    (row,) = summary.as_json()["registers"]
    assert ("VABC005890", "11", "1312.1", 1, "index") == (
        row["meter"],
        row["register"],
        row["sum"],
        row["intervals"],
        row["kind"],
    )
    assert "2003-10-05T09:30:55+10:00" == row["first"]
    assert isinstance(blocks[0], FileIndexReads)
    assert (Decimal("6342.8"), Decimal("7654.9")) == blocks[0].values


def test_a_quantity_that_is_not_the_difference_of_the_reads_is_told() -> None:
    summary, _ = load(
        "100,NEM13,200401101030,MDA1,Ret1",
        "250,VABC005890,11,1,11,11,S1,E,100,20031005093055,A,,,200,20040107100333,A,,,4000,kWh,,20040108100333,",
        END,
    )

    assert 2 == summary["problems"][0]["line"]


def test_reads_are_told_apart_by_what_the_network_calls_export() -> None:
    _, (taken,) = load(HEADER, READS, END)
    _, (fed_in,) = load(HEADER, READS.replace(",E,100", ",I,100"), END)

    assert ("import", "export") == (taken.channel.direction, fed_in.channel.direction)


def test_a_current_read_before_the_previous_one_is_refused() -> None:
    error = refusal(HEADER, READS.replace("20040107100333", "20030107100333"), END)

    assert (2, "CurrentRegisterReadDateTime") == (error.line, error.field)
