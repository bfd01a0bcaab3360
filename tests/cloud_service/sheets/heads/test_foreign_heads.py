import pytest

from cloud_service.sheets.heads.columns import COLUMNS, KINDS
from cloud_service.sheets.heads.foreign_heads import FOREIGN, foreign_names
from cloud_service.sheets.heads.head_match import match_head

KEYS = ["site", "point", "client", "start", "meter", "opening", "tariff", "email"]


@pytest.mark.parametrize(
    "head",
    [
        ("Edificio", "Piso", "Inquilino", "Fecha de entrada", "Contador", "Lectura inicial", "Tarifa",
         "Correo electrónico"),
        ("Immeuble", "Appartement", "Locataire", "Date d'entrée", "N° compteur", "Index initial", "Tarif", "Courriel"),
        ("Prédio", "Fração", "Arrendatário", "Data de entrada", "Medidor", "Leitura inicial", "Tarifa", "E-mail"),
        ("Stabile", "Interno", "Conduttore", "Decorrenza", "Matricola", "Lettura iniziale", "Tariffa", "E-mail"),
        ("Gebouw", "Woning", "Huurder", "Ingangsdatum", "Meternummer", "Beginstand", "Tarief", "E-mail"),
        ("Jengo", "Nyumba", "Mpangaji", "Tangu", "Mita", "Somo", "Bei", "Barua pepe"),
    ],
)  # fmt: skip
def test_a_list_in_another_language_is_matched_whole(head: tuple[str, ...]) -> None:
    match = match_head(head, KINDS["flats"], {})

    assert {key: at for at, key in enumerate(KEYS)} == match.places
    assert () == match.left_out


def test_only_columns_of_ours_have_foreign_names() -> None:
    assert set(FOREIGN) <= set(COLUMNS)
    assert [""] == foreign_names("digits")
