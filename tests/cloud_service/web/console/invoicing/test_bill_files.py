import io
import zipfile

from tests.cloud_service.web.conftest import Console, post


def chosen(console: Console, who: str, action: str) -> str:
    client = console.sign_in(who)
    return str(post(client, "/bills", "/batches/new/bills", action=action, all="yes").headers["Location"])


def test_the_pdfs_of_the_chosen_bills_come_as_one_zip(fresh: Console) -> None:
    where = chosen(fresh, "support", "invoice_zip")
    answer = fresh.sign_in("support").get(where)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    names = archive.namelist()

    assert "application/zip" == answer.mimetype
    assert {"INV-1.pdf", "INV-2.pdf", "INV-3.pdf"} == set(names)
    assert all(archive.read(name).startswith(b"%PDF") for name in names)


def test_what_cannot_be_an_einvoice_is_named_in_the_file(fresh: Console) -> None:
    where = chosen(fresh, "billing", "einvoice_zip")
    archive = zipfile.ZipFile(io.BytesIO(fresh.sign_in("billing").get(where).data))
    made = [name for name in archive.namelist() if name.endswith(".xml")]
    left_out = archive.read("not-included.txt").decode() if "not-included.txt" in archive.namelist() else ""

    assert 3 == len(made) + len(left_out.splitlines())


def test_a_selection_of_somebody_else_is_not_found(fresh: Console) -> None:
    where = chosen(fresh, "billing", "invoice_zip")

    assert 404 == fresh.sign_in("admin").get(where).status_code
    assert 404 == fresh.sign_in("billing").get("/bills/pdfs.zip?batch=nonsense").status_code


def test_ticked_bills_are_printed_as_one_pdf(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    answer = post(clerk, "/bills", "/batches/new/bills", action="invoice_print", row=[fresh.ids["INV-3"]])
    page = clerk.get(answer.headers["Location"]).text

    assert "INV-3" in page
    assert "INV-1" not in page
