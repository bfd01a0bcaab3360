"""`energy-cloud advance`: amounts that are billed in advance, each month or quarter, and settled by the usual bills."""

from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, engine, transaction
from cloud_service.cli.options import WHOSE, amount_of, company_today, day_of, entity_of
from cloud_service.cli.output import as_json, print_table

if TYPE_CHECKING:
    from cloud_service.flow.advances.run import AdvanceRun, DueAdvance

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
ENTITY = click.option("--entity", type=int, help="Legal entity (id), where there are several.")
LIMIT = 10_000


@click.group()
def advance() -> None:
    """Bills in advance: plans of connections, runs, what settles them."""


@advance.command(name="set")
@click.argument("contract")
@click.option("--amount", required=True, help="Each period, with all taxes.")
@click.option("--from", "start", required=True, metavar="DAY", help="The first day.")
@click.option("--every", type=click.Choice(["1", "2", "3"]), default="1", show_default=True, help="Months of a period.")
@click.option("--day", "on_day", type=int, default=1, show_default=True, help="Of the month, on which periods begin.")
@click.option(
    "--timing", type=click.Choice(["before", "after"]), default="before", show_default=True,
    help="Billed at the beginning of a period, or at its end.",
)  # fmt: skip
@REASON
@WHOSE
@JSON
def set_plan(
    contract: str, *, amount: str, start: str, every: str, on_day: int, timing: str, reason: str, json_output: bool
) -> None:
    """Agree an amount with a connection from a day on; what was agreed before ends there."""
    from cloud_service.cli.names import contract_id
    from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
    from cloud_service.flow.advances.plan import agree

    first = day_of(start, "--from")
    terms = AdvanceTerms(amount_of(amount, "--amount"), int(every), on_day, timing)
    with transaction() as session:
        agree(session, contract_id(session, contract), terms, first, author=author(), reason=reason)
    result: dict[str, Any] = {"contract": contract, "from": first, "amount": terms.amount, "every_months": int(every)}
    months = "each month" if every == "1" else f"every {every} months"
    click.echo(as_json(result) if json_output else f"{contract}: {terms.amount:f} with taxes {months} from {first} on")


@advance.command(name="propose")
@click.argument("contract")
@click.option("--use", help="What is used in a year, in the meter's unit; else what was counted in the last one.")
@click.option("--from", "start", metavar="DAY", help="The first day; today unless given.")
@click.option("--every", type=click.Choice(["1", "2", "3"]), default="1", show_default=True, help="Months of a period.")
@WHOSE
@JSON
def propose(contract: str, *, use: str | None, start: str | None, every: str, json_output: bool) -> None:
    """Reckon an amount from a year's use, even over the year, at the prices of the year ahead."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.advances.proposal import proposal

    first = day_of(start, "--from")
    stated = amount_of(use, "--use") if use else None
    with transaction() as session:
        id_ = contract_id(session, contract)
        proposed = proposal(session, id_, first, yearly_use=stated, every_months=int(every))
    if json_output:
        click.echo(as_json(proposed))
        return
    how = "as stated" if proposed.use.days is None else f"counted on {proposed.use.days} days"
    click.echo(f"{proposed.use.quantity:f} {proposed.use.unit} a year, {how}, by {', '.join(proposed.tariffs)}:")
    click.echo(
        f"{proposed.net:.2f} and {proposed.tax:.2f} tax a year, {proposed.amount:f} {proposed.currency} a period"
    )


@advance.command()
@click.argument("contract")
@click.option("--from", "start", required=True, metavar="DAY", help="The first day without.")
@REASON
@WHOSE
@JSON
def end(contract: str, *, start: str, reason: str, json_output: bool) -> None:
    """Bill a connection nothing in advance from a day on."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.advances.plan import end as step

    first = day_of(start, "--from")
    with transaction() as session:
        step(session, contract_id(session, contract), first, author=author(), reason=reason)
    said = f"{contract}: nothing in advance from {first} on"
    click.echo(as_json({"contract": contract, "from": first}) if json_output else said)


@advance.command(name="list")
@ENTITY
@JSON
def list_plans(*, entity: int | None, json_output: bool) -> None:
    """Connections that pay in advance; exit code 6 if one of them could not be billed."""
    from cloud_service.store.invoicing.advances.plans import listed

    with transaction() as session:
        entity_id = entity_of(session, entity)
        rows = listed(session, [entity_id], company_today(entity_id), limit=LIMIT)
    if json_output:
        click.echo(as_json(rows))
    else:
        heads = [
            "CONNECTION",
            "TENANT NAME",
            "FROM",
            "",
            "AMOUNT",
            "MONTHS",
            "LAST BILL",
            "BILLED UNTIL",
            "TO TAKE OFF",
            "WHY NOT",
        ]
        print_table(
            heads,
            [
                [
                    row.contract, row.tenant, str(row.start), row.currency, f"{row.terms.amount:f}",
                    str(row.terms.every_months), row.last_number or "–", str(row.billed_until or "–"),
                    f"{row.waiting:.2f}", row.fault or "",
                ]
                for row in rows
            ],
        )  # fmt: skip
    raise SystemExit(6 if any(row.fault for row in rows) else 0)


@advance.command()
@click.argument("contract")
@WHOSE
@JSON
def show(contract: str, *, json_output: bool) -> None:
    """What was and is agreed with a connection, and its live bills in advance."""
    from cloud_service.cli.names import contract_id
    from cloud_service.store.invoicing.advances import bills, plans

    with transaction() as session:
        id_ = contract_id(session, contract)
        agreed, issued = plans.plans_of(session, id_), bills.live_bills(session, id_)
    if json_output:
        click.echo(as_json({"plans": agreed, "bills": issued}))
        return
    print_table(
        ["FROM", "UNTIL", "AMOUNT", "MONTHS", "DAY", "BILLED", "WHO", "WHY"],
        [
            [
                str(plan.start), str(plan.end or "–"), f"{plan.terms.amount:f}", str(plan.terms.every_months),
                str(plan.terms.day), f"{plan.terms.timing} the period", plan.author, plan.reason,
            ]
            for plan in agreed
        ],
    )  # fmt: skip
    print_table(
        ["BILL", "DATE", "FROM", "UNTIL", "", "TOTAL", "OPEN", "TAKEN OFF BY"],
        [
            [
                bill.number, str(bill.bill_date), str(bill.start), str(bill.end), bill.currency, f"{bill.total:.2f}",
                f"{bill.outstanding:.2f}", bill.settled_by or "waits",
            ]
            for bill in issued
        ],
    )  # fmt: skip


@advance.command()
@ENTITY
@click.option("--on", metavar="DAY", help="Bill what falls due by this day, with its date; today unless given.")
@click.option("--contract", "contracts", multiple=True, help="Only these connections; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what would be billed; issue nothing.")
@JSON
def run(*, entity: int | None, on: str | None, contracts: tuple[str, ...], dry_run: bool, json_output: bool) -> None:
    """Issue the bills in advance that fell due; exit code 6 if one could not be made."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.advances.run import AdvanceIssue, due_advances, issue_due
    from cloud_service.flow.issue import issue_apart

    with engine():
        with transaction() as session:
            entity_id = entity_of(session, entity)
            ids = [contract_id(session, contract) for contract in contracts] or None
        day = day_of(on, "--on") if on else company_today(entity_id)
        if dry_run:
            with transaction() as session:
                _say_due(due_advances(session, entity_id, day, contract_ids=ids, limit=LIMIT), json_output=json_output)
            return
        done = issue_due(transaction, AdvanceIssue(entity_id, day, issue_apart, author()), contract_ids=ids)
    _say_run(done, json_output=json_output)


def _say_due(due: "list[DueAdvance]", *, json_output: bool) -> None:
    if json_output:
        click.echo(as_json(due))
    else:
        print_table(
            ["CONNECTION", "FROM", "UNTIL", "", "TOTAL", "NET", "TAX", "WHY NOT"],
            [
                [
                    row.contract, str(row.period.span.start), str(row.period.span.end), row.currency,
                    f"{row.period.amount:f}", "" if row.net is None else f"{row.net:f}",
                    "" if row.tax is None else f"{row.tax:f}", row.refusal,
                ]
                for row in due
            ],
        )  # fmt: skip
    raise SystemExit(6 if any(row.refusal for row in due) else 0)


def _say_run(done: "AdvanceRun", *, json_output: bool) -> None:
    issued = [
        {
            "bill": bill.number, "total": bill.draft.total, "currency": bill.draft.account.currency,
            "start": bill.draft.during.start, "end": bill.draft.during.end,
        }
        for bill in done.issued
    ]  # fmt: skip
    if json_output:
        click.echo(as_json({"issued": issued, "parked": done.parked}))
    else:
        for row in issued:
            click.echo(f"{row['bill']} {row['total']:f} {row['currency']} for {row['start']} to {row['end']}")
        for parked in done.parked:
            click.echo(f"{parked.contract} {parked.span.start} to {parked.span.end}: {parked.reason}")
        if not issued and not done.parked:
            click.echo("nothing is due")
    raise SystemExit(6 if done.parked else 0)
