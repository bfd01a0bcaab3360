"""The columns that sheets may have: what each means, how it is called in English and German, an example.

A kind of sheet is a choice of them. A wide sheet has a row for each flat: who lives there, what is counted, by which
tariff. What a row names and is not there yet is made; what is there must say the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from cloud_service.sheets.heads.foreign_heads import foreign_names

ColumnKind = Literal["text", "lines", "day", "amount", "count", "names", "amounts"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` is the field of a row, `title` its head in our own sheets, `synonyms` what others call it."""

    key: str
    title: str
    kind: ColumnKind = "text"
    synonyms: str = ""  # separated by commas
    example: str = ""
    about: str = ""

    @property
    def names(self) -> set[str]:
        """All heads that mean this column, as `head_key` writes them."""
        names = (self.key, self.title, *self.synonyms.split(","), *foreign_names(self.key))
        return {head_key(name) for name in names if name}


@dataclass(frozen=True, slots=True)
class SheetKind:
    """What a sheet holds: what its rows make where it is not there, its columns, those that no row can be without."""

    code: str
    title: str
    makes: frozenset[str]  # of PIECES
    needed: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """In the order of our own sheets."""
        return tuple(COLUMNS[key] for key in self.keys)


def head_key(name: str) -> str:
    """A head without its spelling: case, accents, spaces and signs do not tell columns apart."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", "".join(sign for sign in plain if not unicodedata.combining(sign)))


_ALL = (
    Column("site", "Site", synonyms="property,building,house,liegenschaft,objekt,anlage,gebäude,haus",
           example="Hafenhof", about="The property; made where it is not there."),
    Column("site_address", "Site address", "lines", "property address,objektadresse,adresse objekt",
           about="Instead of the next four: one text, which is read."),
    Column("site_street", "Site street", "lines", "objektstraße,straße objekt,property street", "Kai 1"),
    Column("site_postcode", "Site postcode", synonyms="objekt plz,plz objekt,property postcode,site zip",
           example="20457"),
    Column("site_city", "Site city", synonyms="objektort,ort objekt,property city", example="Hamburg"),
    Column("site_region", "Site region", synonyms="objektland region,property state,site state",
           about="State or province, where letters of the country have it."),
    Column("site_country", "Site country", synonyms="objektland", example="DE", about="Two capitals."),
    Column("site_zone", "Time zone", synonyms="timezone,zeitzone", example="Europe/Berlin",
           about="Of a new site; the company's unless given."),
    Column("site_currency", "Site currency", synonyms="währung objekt", example="EUR",
           about="Of a new site; the company's unless given."),
    Column("holiday_calendar", "Holiday calendar", synonyms="feiertage,feiertagskalender", example="de-hh"),
    Column("point", "Service point", synonyms="flat,apartment,unit,shop,premises,place,wohnung,einheit,we,nutzeinheit,"
           "lage,messstelle,verbrauchsstelle", example="Flat 1", about="The only one of its name at the site."),
    Column("utility", "Utility", synonyms="medium,sparte,energy,energieart", example="electricity",
           about="electricity (unless given), water, gas, heat or cooling."),
    Column("grid_id", "Grid id", synonyms="malo,maloid,marktlokation,mpan,nmi,ean,prm,melo,zählpunkt",
           example="50000000001", about="MaLo, MPAN, NMI, EAN, PRM."),
    Column("under", "Under", synonyms="parent,master,hauptzähler,übergeordnet",
           about="The service point whose meter counts this one too."),
    Column("meter", "Meter", synonyms="meter serial,serial,serial number,meter number,meter no,zähler,zählernummer,"
           "zählernr,zähler nr,zähler strom,gerätenummer", example="1EMH0012840311", about="Its serial number."),
    Column("maker", "Maker", synonyms="manufacturer,brand,hersteller", example="EMH"),
    Column("register", "Register", "names", "counter,zählwerk", "import",
           "import unless given; several with + between."),
    Column("digits", "Digits", "count", "vorkommastellen,stellen", "6", "Before the point, where it rolls over."),
    Column("mounted", "Mounted on", "day", "mounted,installed,installed on,meter since,einbau,einbaudatum,eingebaut am",
           "2026-12-01", "The first day of the connection unless given."),
    Column("opening", "Opening index", "amounts", "opening,first index,start index,start reading,reading,"
           "initial reading,stand,zählerstand,anfangsstand,einbaustand,einzugsstand", "10482.3",
           "As many as registers, + between."),
    Column("multiplier", "Multiplier", "amount", "ct ratio,faktor,wandlerfaktor", "1", "CT × VT."),
    Column("details", "Register details", "names", about="unit/kind/quantity/direction/step of each, + between; "
           "kWh/index unless given."),
    Column("removed", "Removed on", "day", "removed,taken down,ausbau,ausgebaut am,ausbaudatum",
           about="The first day without it; empty while it hangs."),
    Column("closing", "Closing index", "amounts", "closing,final index,last index,ausbaustand,endstand",
           about="As many as registers, + between."),
    Column("client_number", "Client no.", synonyms="client number,customer number,tenant number,kundennummer,kundennr,"
           "kunden nr,mieternummer,mieter nr,debitor,debitorennummer", example="C-1001",
           about="The next free one unless given."),
    Column("client", "Client", synonyms="name,client name,tenant,tenant name,customer,customer name,mieter,mietername,"
           "kunde,kundenname,nutzer,bewohner", example="Petersen, Jörg"),
    Column("client_kind", "Client kind", synonyms="kundenart,art", example="person",
           about="person (unless given) or company."),
    Column("email", "E-mail", synonyms="email address,mail,mailadresse,emailadresse", example="j.petersen@example.com"),
    Column("phone", "Phone", synonyms="telephone,mobile,telefon,handy,mobil", example="+49 40 123456"),
    Column("address", "Address", "lines", "postal address,billing address,anschrift,adresse,rechnungsadresse",
           about="Instead of the next four: one text, which is read."),
    Column("street", "Street", "lines", "street address,address line,straße,strasse,straße und hausnummer,"
           "straße hausnummer,straße nr", "Kai 1", "At most three lines."),
    Column("postcode", "Postcode", synonyms="postal code,zip,zip code,pin code,plz,postleitzahl", example="20457"),
    Column("city", "City", synonyms="town,locality,ort,stadt,wohnort", example="Hamburg"),
    Column("region", "Region", synonyms="state,province,county,bundesland,kanton",
           about="State or province, where letters of the country have it."),
    Column("address_state", "Address check", synonyms="adressprüfung", about="checked (unless given), or as_written: "
           "keep it although it does not fit its country."),
    Column("country", "Country", synonyms="land", example="DE", about="Two capitals."),
    Column("language", "Language", synonyms="locale,sprache", example="de", about="Of bills and letters."),
    Column("vat_id", "VAT id", synonyms="tax id,ust id,ustidnr,umsatzsteuer id"),
    Column("buyer_reference", "Buyer reference", synonyms="leitweg id,leitwegid,käuferreferenz"),
    Column("einvoice", "E-invoice", synonyms="e invoice,einvoice format,e rechnung,erechnung,e rechnungsformat",
           about="factur_x, einvoice_ubl, xrechnung_ubl, peppol_ubl …: sent with each bill."),
    Column("electronic_address", "Electronic address", synonyms="peppol id,peppol,elektronische adresse",
           about="Where e-invoices are received, for example 0088:7300010000001."),
    Column("account", "Account", synonyms="account number,account no,konto,kontonummer,vertragskonto", example="A-1001",
           about="The next free one unless given."),
    Column("currency", "Currency", synonyms="währung", example="EUR", about="The site's unless given."),
    Column("terms_days", "Payment days", "count",
           "payment terms,payment terms days,zahlungsziel,zahlungsziel tage", "14"),
    Column("cycle", "Billing cycle", synonyms="cycle,abrechnungszyklus,turnus", example="monthly"),
    Column("cycle_day", "Cycle begins on day", "count", "cycle day,billing day,abrechnungstag", "1",
           "Of the month; 1 unless given."),
    Column("cycle_month", "Cycles begin in month", "count", "cycle month,billing month,abrechnungsmonat",
           about="1 to 12, where a cycle has several months."),
    Column("cycle_year", "Cycles begin in year", "count", "cycle year,billing year,abrechnungsjahr",
           about="Of one that begins in that month, where a cycle does not divide a year."),
    Column("delivery", "Delivery", synonyms="versand,versandart", example="email", about="email, post or none."),
    Column("mode", "Mode", synonyms="prepaid or postpaid,modus", example="postpaid",
           about="postpaid (unless given) or prepaid."),
    Column("contract", "Connection no.", synonyms="connection,connection number,contract,contract number,contract no,"
           "vertrag,vertragsnummer,vertragsnr", example="V-1001", about="The next free one unless given."),
    Column("start", "Connected since", "day", "from,since,start,move in,moved in,move in date,einzug,einzugsdatum,"
           "vertragsbeginn,mietbeginn,beginn,ab,seit", "2026-12-01", "The first day."),
    Column("end", "Ends on", "day", "until,to,end,move out,auszug,auszugsdatum,vertragsende,mietende,ende,bis",
           about="The first day without it."),
    Column("tariff", "Tariff", synonyms="tariff code,rate,price,tarif", example="home", about="Its code or name."),
    Column("tariff_from", "Tariff from", "day", "from,valid from,effective,effective from,ab,gültig ab,tarif ab",
           "2027-01-01", "The first day with it; today unless given."),
    Column("balance", "Opening balance", "amount", "open balance,balance,saldo,anfangssaldo,kontosaldo,offener saldo",
           about="What the account owes from earlier books; with a minus: its credit."),
    Column("balance_day", "Balance as of", "day", "balance date,as of,saldo per,saldo zum,stichtag",
           about="The day from which these books have it; today unless given."),
    Column("deposit", "Deposit held", "amount", "deposit,security,security deposit,kaution",
           about="A security that earlier books hold."),
    Column("item", "Bill no.", synonyms="bill number,bill,invoice,invoice no,invoice number,rechnung,rechnungsnummer,"
           "rechnungsnr,belegnummer,beleg", example="2025/0815", about="As on the old bill."),
    Column("item_day", "Bill date", "day", "invoice date,date,rechnungsdatum,belegdatum,datum",
           "2026-08-03"),
    Column("item_due", "Due on", "day", "due date,due,fällig,fällig am,fälligkeit,fälligkeitsdatum", "2026-08-17",
           "By the account's payment days unless given."),
    Column("item_amount", "Bill amount", "amount", "amount,total,invoice amount,betrag,rechnungsbetrag,brutto",
           "150.00", "Of the whole bill; with a minus: credit of the client."),
    Column("item_paid", "Paid so far", "amount", "paid,received,bezahlt,gezahlt,zahlung,zahlungen", "30.00"),
    Column("item_text", "Text", synonyms="remark,comment,bemerkung,buchungstext,verwendungszweck",
           example="Electricity, July"),
)  # fmt: skip

COLUMNS = {column.key: column for column in _ALL}
_CLIENT = (
    "client_kind", "email", "phone", "address", "street", "postcode", "city", "region", "address_state", "country",
    "language", "vat_id", "buyer_reference", "einvoice", "electronic_address",
)  # fmt: skip
_SITE = ("site", *(key for key in COLUMNS if key.startswith("site_")), "holiday_calendar")
_ACCOUNT = (
    "account", "currency", "terms_days", "cycle", "cycle_day", "cycle_month", "cycle_year", "delivery", "mode",
)  # fmt: skip
_METER = ("meter", "maker", "register", "digits", "mounted", "opening", "multiplier")
_POINT = ("point", "utility", "grid_id", "under")

_OPENING = ("balance", "balance_day", "deposit")
_ITEM = tuple(key for key in COLUMNS if key.startswith("item"))
_NO_FLATS = (*_ITEM, "tariff_from", "removed", "closing")

PIECES = ("site", "point", "meter", "client", "account", "contract", "balance")
KINDS = {
    kind.code: kind
    for kind in (
        SheetKind(
            "flats", "Flats, a row each", frozenset(PIECES), ("site", "point"),
            tuple(key for key in COLUMNS if key not in _NO_FLATS),
        ),
        SheetKind("sites", "Sites", frozenset({"site"}), ("site",), _SITE),
        SheetKind("points", "Service points", frozenset({"point"}), ("site", "point"), ("site", *_POINT)),
        SheetKind(
            "meters", "Meters and where they hang", frozenset({"meter"}), ("meter",),
            ("site", "point", *_METER, "details", "removed", "closing"),
        ),
        SheetKind("clients", "Clients", frozenset({"client"}), ("client",), ("client_number", "client", *_CLIENT)),
        SheetKind(
            "accounts", "Accounts", frozenset({"account"}), ("client_number", "currency"), ("client_number", *_ACCOUNT)
        ),
        SheetKind(
            "contracts", "Connections", frozenset({"contract"}), ("site", "point", "account", "start", "tariff"),
            ("contract", "site", "point", "account", "start", "end", "tariff"),
        ),
        SheetKind(
            "tariffs", "Tariffs from a day on", frozenset({"tariff"}), ("tariff", "tariff_from"),
            ("contract", "site", "point", "tariff", "tariff_from"),
        ),
        SheetKind("balances", "Opening balances", frozenset({"balance"}), ("account",), ("account", *_OPENING)),
        SheetKind(
            "items", "Open bills of earlier books", frozenset({"item"}), ("account", "item", "item_amount"),
            ("account", *_ITEM, "balance_day"),
        ),
    )
}  # fmt: skip
