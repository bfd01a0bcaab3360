"""`energy-cloud dunning rules|set-rules|rest`: a company's own rules of reminders; accounts that are left alone."""

import json
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of, entity_of
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
BY = {"person": "after a person's approval", "itself": "by themselves"}
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")


@click.command()
@WHICH
@click.option("--day", help="In force on this day; today unless given.")
@JSON
def rules(*, entity: int | None, day: str | None, json_output: bool) -> None:
    """The rules of reminders and interest in force; --json prints what `set-rules` takes."""
    import msgspec

    from cloud_service.store.customers.legal_entities import entity_fields
    from cloud_service.store.receivables import dunning_rule_sets

    with transaction() as session:
        entity_id = entity_of(session, entity)
        company = entity_fields(session, entity_id)
        in_force = dunning_rule_sets.history(session, entity_id).on(day_of(day, "--day"), company.country)
    if json_output:
        click.echo(as_json({"own": in_force.id is not None, "valid_from": in_force.valid_from,
                            "rules": msgspec.to_builtins(in_force.rules)}))  # fmt: skip
        return
    origin = f"own, from {in_force.valid_from}" if in_force.id is not None else in_force.rules.source
    click.echo(f"{company.name}: {origin}; letters go out {BY[in_force.rules.sending]}")
    steps = [[step.name, str(step.days), _amounts(step.fee), step.wording] for step in in_force.rules.steps]
    print_table(["LEVEL", "DAYS", "FEE", "WORDING"], steps)


@click.command(name="set-rules")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@WHICH
@click.option("--from", "start", help="First day on which they count; today unless given. Begun cases keep theirs.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def set_rules(file: Path, *, entity: int | None, start: str | None, reason: str, json_output: bool) -> None:
    """Let a company have rules of its own: FILE is JSON as `rules --json` prints, or TOML with the same names."""
    from cloud_service.domain.receivables.dunning import read_rules
    from cloud_service.flow.dunning.rules import set_rules as step
    from cloud_service.store.customers.legal_entities import entity_fields
    from common.period import local_day

    company_rules = read_rules(_document(file), str(file))
    with transaction() as session:
        entity_id = entity_of(session, entity)
        today = local_day(_now(), entity_fields(session, entity_id).timezone)
        first_day = day_of(start, "--from") if start else today
        set_id = step(session, entity_id, company_rules, first_day, today=today, author=author(), reason=reason)
    said = {"rules": set_id, "valid_from": first_day, "levels": len(company_rules.steps)}
    click.echo(as_json(said) if json_output else f"{len(company_rules.steps)} levels, from {first_day}")


@click.command()
@click.argument("account")
@click.option("--until", help="No reminders before this day; without it they go on.")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@WHOSE
@JSON
def rest(account: str, *, until: str | None, reason: str, json_output: bool) -> None:
    """Leave an account alone until a day: no reminders. Interest goes on."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.dunning.reminders_off import set_reminders_off

    day = day_of(until, "--until") if until else None
    with transaction() as session:
        set_reminders_off(session, account_id(session, account), day, author=author(), reason=reason)
    said = f"{account}: no reminders before {day}" if day else f"{account}: reminders go on"
    click.echo(as_json({"account": account, "no_reminders_until": day}) if json_output else said)


def _document(file: Path) -> Any:
    """What the file says; InputError where it is neither JSON nor TOML."""
    import tomllib

    from common.errors import InputError

    text = file.read_text("utf-8")
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"{file} cannot be read: {error}", path="FILE", hint="JSON or TOML") from error
    return document.get("rules", document)


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _amounts(amounts: dict[str, Any]) -> str:
    return ", ".join(f"{amount:f} {currency}" for currency, amount in amounts.items()) or "-"


COMMANDS = (rules, set_rules, rest)
