"""What is on no bill, in `energy-cloud bill`: the list, days left unbilled, waiting lines taken back or billed now."""

from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, figures, print_table

if TYPE_CHECKING:
    from cloud_service.store.database.session import Session
    from cloud_service.store.invoicing.pending_lines import ListedLine

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", required=True, help="Why; it stands in the audit log.")
LIMIT = 10_000


@click.command()
@WHOSE
@JSON
def unbilled(*, json_output: bool) -> None:
    """Days that are due and on no bill with the reason, and lines that wait; exit code 6 if there are any."""
    from cloud_service.flow.invoicing.unbilled import due_days
    from cloud_service.store.invoicing.pending_lines import listed
    from cloud_service.store.invoicing.unbilled_days import waived

    today = day_of(None, "")
    with transaction() as session:
        ids = _entities(session)
        days, _more = due_days(session, ids, today, limit=LIMIT)
        lines = listed(session, ids, today, limit=LIMIT)
        left = waived(session, ids, limit=LIMIT)
    if json_output:
        rows = [
            {
                "contract": row.contract, "tenant": row.tenant, "start": row.span.start, "end": row.span.end,
                "state": row.why.state or ("credited" if row.why.credited else "left"), "reason": row.words,
            }
            for row in days
        ]  # fmt: skip
        click.echo(as_json({"days": rows, "lines": lines, "left_unbilled": left}))
    else:
        print_table(
            ["CONNECTION", "TENANT NAME", "FROM", "UNTIL", "WHY"],
            [[row.contract, row.tenant, str(row.span.start), str(row.span.end), row.words] for row in days],
        )
        print_table(
            ["LINE", "CONNECTION", "TENANT NAME", "WHAT", "", "AMOUNT", "WAITS FOR"],
            [
                [
                    str(line.id), line.contract, line.tenant, line.label, line.currency,
                    figures(line.amount, line.currency), _waits_for(line),
                ]
                for line in lines
            ],
        )  # fmt: skip
        if left:
            print_table(
                ["LEFT UNBILLED", "CONNECTION", "TENANT NAME", "FROM", "UNTIL", "WHY"],
                [[str(row.id), row.contract, row.tenant, str(row.start), str(row.end), row.reason] for row in left],
            )
    raise SystemExit(6 if days or lines else 0)


def _waits_for(line: "ListedLine") -> str:
    if line.outside:
        return "nobody: its days are the contract's no more, `contract unshare` and share again"
    return "final bill, or the next run" if line.ended else "the next bill"


@click.command(name="leave-unbilled")
@click.argument("contract")
@click.option("--from", "start", required=True, metavar="DAY", help="The first day.")
@click.option("--until", required=True, metavar="DAY", help="The day after the last.")
@REASON
@WHOSE
@JSON
def leave_unbilled(contract: str, *, start: str, until: str, reason: str, json_output: bool) -> None:
    """Bill days of a connection to nobody, on purpose; later bills wait for them no more."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.invoicing import unbilled as step
    from common.period import Span

    span = Span(day_of(start, "--from"), day_of(until, "--until"))
    with transaction() as session:
        waived = step.leave_unbilled(session, contract_id(session, contract), span, author=author(), reason=reason)
    result: dict[str, Any] = {"left_unbilled": waived, "contract": contract, "start": span.start, "end": span.end}
    click.echo(
        as_json(result) if json_output else f"{contract} is not billed for {span}; undo: bill after-all {waived}"
    )


@click.command(name="after-all")
@click.argument("left_unbilled", type=int)
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@WHOSE
@JSON
def after_all(left_unbilled: int, *, reason: str, json_output: bool) -> None:
    """Bill days after all that were left unbilled."""
    from cloud_service.flow.invoicing.unbilled import bill_after_all

    with transaction() as session:
        bill_after_all(session, _entities(session), left_unbilled, author=author(), reason=reason)
    click.echo(as_json({"billed_again": left_unbilled}) if json_output else "the days are to be billed again")


@click.command(name="drop-line")
@click.argument("line", type=int)
@REASON
@WHOSE
@JSON
def drop_line(line: int, *, reason: str, json_output: bool) -> None:
    """Take back a line that waits for a bill (`bill unbilled` lists them): nobody is billed for it."""
    from cloud_service.flow.invoicing.unbilled import drop_line as step

    today = day_of(None, "")
    with transaction() as session:
        step(session, _entities(session), line, today, author=author(), reason=reason)
    click.echo(as_json({"dropped": line}) if json_output else f"line {line} waits no more")


@click.command(name="lines-now")
@click.argument("contract")
@click.option("--bill-date", help="Date on the bill; today unless given.")
@WHOSE
@JSON
def lines_now(contract: str, *, bill_date: str | None, json_output: bool) -> None:
    """Bill what waits of a connection at once, by a bill of its own."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.issue import issue_waiting_lines

    day = day_of(bill_date, "--bill-date")
    with transaction() as session:
        bills = issue_waiting_lines(session, [contract_id(session, contract)], bill_date=day, author=author())
    rows = [{"bill": bill.number, "total": bill.draft.total, "currency": bill.draft.account.currency} for bill in bills]
    said = "\n".join(f"{bill.number} over {bill.draft.total:f}" for bill in bills) or f"nothing waits for {contract}"
    click.echo(as_json(rows) if json_output else said)


def _entities(session: "Session") -> list[int]:
    """The legal entities that `--entity` names, or all."""
    from cloud_service.cli.names import named_scope
    from cloud_service.store.customers.legal_entities import entities

    return [entity.id for entity in entities(session, named_scope(session))]


COMMANDS = (unbilled, leave_unbilled, after_all, drop_line, lines_now)
