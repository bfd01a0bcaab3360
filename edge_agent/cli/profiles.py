"""`energy-edge profiles`: the meters this agent knows, and a check of new ones."""

from pathlib import Path
from typing import Any

import click

from common.profile import MeterProfile, load, load_all
from edge_agent.cli.meter_access import as_json, profile_of
from edge_agent.cli.table import table


@click.command()
@click.argument("word", required=False)
@click.option("--check", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Check this file.")
@click.option("--show", metavar="ID", help="All registers of one profile.")
@click.option("--protocols", is_flag=True, help="The protocols a profile may name.")
@click.option("--json", "json_wanted", is_flag=True)
def profiles(word: str | None, check: Path | None, show: str | None, protocols: bool, json_wanted: bool) -> None:  # noqa: FBT001 - click flags
    """List meter profiles, all or those that contain WORD."""
    if check:
        _check(load(check), json_wanted=json_wanted)
    elif show:
        _show(profile_of(show), json_wanted=json_wanted)
    elif protocols:
        from edge_agent.drivers import DRIVERS

        click.echo("\n".join(DRIVERS))
    else:
        _list([profile for profile in load_all() if _mentions(profile, word or "")], json_wanted=json_wanted)


def _mentions(profile: MeterProfile, word: str) -> bool:
    return word.lower() in " ".join((profile.id, profile.maker, *profile.models, profile.medium)).lower()


def _list(profiles: list[MeterProfile], *, json_wanted: bool) -> None:
    if json_wanted:
        as_json({"profiles": [_profile_json(profile) for profile in profiles]})
        return
    rows = [
        (profile.id, f"{profile.maker} {', '.join(profile.models)}", profile.protocol, profile.medium)
        for profile in profiles
    ]
    click.echo(table(("id", "meter", "protocol", "medium"), rows))
    click.echo(f"{len(profiles)} profiles", err=True)


def _profile_json(profile: MeterProfile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "maker": profile.maker,
        "models": list(profile.models),
        "protocol": profile.protocol,
        "medium": profile.medium,
        "registers": list(profile.registers),
        "hash": profile.hash,
    }


def _show(profile: MeterProfile, *, json_wanted: bool) -> None:
    if json_wanted:
        as_json(_profile_json(profile))
        return
    click.secho(f"{profile.maker} {', '.join(profile.models)}", bold=True)
    click.echo(f"source: {profile.source}")
    if profile.notes:
        click.echo(f"notes:  {profile.notes}")
    rows = [
        (name, str(register.unit.value), register.kind.value, str(register.scale))
        for name, register in profile.registers.items()
    ]
    click.echo(table(("register", "unit", "kind", "scale"), rows, right=(3,)))


def _check(profile: MeterProfile, *, json_wanted: bool) -> None:
    from common.errors import InputError
    from edge_agent.drivers.commissioning.profile_samples import sample_faults

    faults = list(sample_faults(profile))
    if faults:
        raise InputError(
            faults[0], path=f"{profile.id}.toml", hint="compare scale, type and word order with the manual"
        )
    if json_wanted:
        as_json({**_profile_json(profile), "samples": len(profile.samples)})
    else:
        click.echo(f"{profile.id}: {len(profile.registers)} registers, {len(profile.samples)} samples, all right")
