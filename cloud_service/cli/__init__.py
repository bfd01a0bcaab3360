"""The command-line door of the cloud.

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 no permission, 5 unreachable, 6 done with findings.
"""

from pathlib import Path

import click

from cloud_service.cli.ask_installation import InstallationGroup
from cloud_service.installation import named
from common.cli import run

COMMANDS = {
    # name: (module:attribute, one line of help)
    "rate": ("cloud_service.cli.tariffs.rate:rate", "Price a load with a tariff; needs no database."),
    "tariff": ("cloud_service.cli.tariffs.tariff:tariff", "Check, import and store tariffs."),
    "readings": ("cloud_service.cli.metering.readings:readings", "Import meter data files, enter readings by hand."),
    "db": ("cloud_service.cli.installation.db:db", "Create and upgrade the database."),
    "currency": ("cloud_service.cli.tariffs.currency:currency", "Currency rates: newest, import, fetch."),
    "entity": ("cloud_service.cli.customers.entity:entity", "Who issues bills: add, edit, bank accounts."),
    "batch": ("cloud_service.cli.customers.batch:batch", "One action on many: tariff, closing, terms, sending again."),
    "import": ("cloud_service.cli.customers.sheets:sheets", "Many flats, tenants and meters at once, from sheets."),
    "export": ("cloud_service.cli.customers.sheet_export:export", "What is there, as sheets that `import` takes."),
    "client": ("cloud_service.cli.customers.client:client", "Who owes the money: add, edit, list."),
    "site": ("cloud_service.cli.metering.place:site", "Properties: add, list."),
    "point": ("cloud_service.cli.metering.place:point", "Service points: add, list."),
    "gateway": ("cloud_service.cli.metering.gateway:gateway", "Gateways: add, list, show, new password, revoke."),
    "meter": ("cloud_service.cli.metering.place:meter", "Meters: add, mount, list."),
    "account": ("cloud_service.cli.customers.account:account", "Statements, payments, refunds, deposits of clients."),
    "audit": ("cloud_service.cli.installation.audit:audit", "Prove and read the audit log."),
    "correct": ("cloud_service.cli.invoicing.correct:correct", "Credit notes, new bills, differences."),
    "contract": (
        "cloud_service.cli.customers.contract:contract",
        "Moving in and out, owners, meters, tariffs, shared costs.",
    ),
    "dunning": (
        "cloud_service.cli.receivables.dunning:dunning",
        "Reminders, interest, disputes, payment plans, write-offs.",
    ),
    "prepaid": ("cloud_service.cli.receivables.prepaid:prepaid", "Prepaid balances and what was decided on them."),
    "ledger": (
        "cloud_service.cli.receivables.ledger:ledger",
        "What the books say: proofs, ageing, cash book, journal.",
    ),
    "report": ("cloud_service.cli.receivables.report:report", "Reports mailed on their days: list, set, send."),
    "bill": ("cloud_service.cli.invoicing.bill:bill", "Run billing, show invoices."),
    "advance": ("cloud_service.cli.invoicing.advance:advance", "Bills in advance: agree, run, what settles them."),
    "document": ("cloud_service.cli.invoicing.document:document", "Bills, e-invoices, statements, lists as files."),
    "einvoice": ("cloud_service.cli.invoicing.einvoice:einvoice", "Official rules of e-invoices: add, list, remove."),
    "payments": ("cloud_service.cli.receivables.payments:payments", "Book bank statements."),
    "user": ("cloud_service.cli.installation.user:user", "Who may sign in: add, link, disable, list."),
    "backup": (
        "cloud_service.cli.installation.backup:backup",
        "Write this installation to one sealed file; verify one.",
    ),
    "restore": ("cloud_service.cli.installation.backup:restore", "Make an installation from a backup, and prove it."),
    "mail": ("cloud_service.cli.installation.mail:mail", "The relay that takes our mails: set, test, show, sink."),
    "up": ("cloud_service.cli.installation.up:up", "Run all services on this machine."),
    "demo": ("cloud_service.cli.installation.demo:demo", "Run everything with an example operator."),
    "service": ("cloud_service.cli.installation.service:service", "Let systemd run an installation."),
    "example": ("cloud_service.cli.installation.example:example", "The files of the first day, to work with."),
    "doctor": ("cloud_service.cli.installation.doctor:doctor", "Check this installation; say what to mend and how."),
}


@click.group(cls=InstallationGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="energy-billing")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The installation to work on; else what the environment names, else .energy here or in a folder above.",
)
@click.pass_context
def cloud(context: click.Context, *, data_dir: Path | None) -> None:
    """Energy billing, cloud side: readings to invoices to money."""
    if data_dir is not None:
        context.with_resource(named(data_dir))


def main() -> None:
    """Entry point of `energy-cloud`."""
    run(cloud, "energy-cloud")
