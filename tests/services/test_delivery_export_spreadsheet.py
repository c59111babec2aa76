"""The files as a real spreadsheet program opens them: LibreOffice, told to run formulas wherever a
file has some."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from app.models.incoming_number import IncomingNumber
from app.services import delivery_export
from tests.services.test_delivery_export import ALL, MOMENT
from tests.support import factories

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
UTF_8, SHIFT_JIS = 76, 64
NUMBERS = "+819012345678", "0120444444", "1E5", "TRUE", "2023/10/10"
"""What each spreadsheet takes for a value, unless the file says that it is text: Excel's do."""
TEXTS = (
    *NUMBERS,
    *("=1+1", "+1+1", "-1+2", "@SUM(1,2)"),
    *("\t=1+1", "\r\n=1+1", " =1+1", "\u3000=1+1", "＝1+1", "＋1", "−1", "＠x"),
    *("'=1", '"', '"=1+1"', ",=1+1"),
    *("一行目\n二行目", "案内、①㈱", '=HYPERLINK("http://127.0.0.1/","x")', "=cmd|' /C x'!A1"),
)


def _opened(file: Path, encoding: int = UTF_8) -> list[list[str]]:
    """The cells that LibreOffice finds in the file, as it would show them."""
    # Separator, quotes, encoding, first line, columns, language, quoted as text, detect numbers,
    # save as shown, formulas, trim, sheet, run formulas: LibreOffice Help, "Filter options".
    infilter = f"CSV:44,34,{encoding},1,,0,false,true,false,false,false,0,true"
    command = [
        *(
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation={file.parent.as_uri()}/lo",
        ),
        *(["--infilter=" + infilter] if file.suffix == ".csv" else []),
        *("--convert-to", f"csv:Text - txt - csv (StarCalc):44,34,{UTF_8},1,,0,false,true,false"),
        *("--outdir", str(file.parent / "opened"), str(file)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=file.parent)
    opened = file.parent / "opened" / f"{file.stem}.csv"
    assert opened.exists(), done.stdout + done.stderr
    with opened.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def number(db: object) -> IncomingNumber:
    assert shutil.which("soffice"), "no LibreOffice: run tests/support/install_packages.sh as root"
    number = factories.incoming_number(factories.account(), "+815030000001")
    for text in TEXTS:
        factories.message(factories.call(number), text=text, accepted_at=MOMENT)
    return number


def _written(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def _texts(cells: list[list[str]]) -> list[str]:
    place = cells[0].index("配信原稿")
    return [_line_ends(row[place]) for row in cells[1:]]


def _line_ends(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def test_an_unguarded_formula_would_run(tmp_path: Path) -> None:
    """So that the tests below prove something."""
    file = tmp_path / "unguarded.csv"
    file.write_text("配信原稿\n=1+1\n", encoding="utf-8-sig")
    assert _texts(_opened(file)) == ["2"]


def test_a_csv_file_shows_its_texts(tmp_path: Path, number: IncomingNumber) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(b"".join(delivery_export.csv_chunks(number.account_id, ALL)))
    _assert_shown(_texts(_opened(file)), _texts(_written(file.read_bytes().decode("utf-8-sig"))))


def test_so_does_one_in_shift_jis(tmp_path: Path, number: IncomingNumber) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(b"".join(delivery_export.shift_jis_chunks(number.account_id, ALL)))
    _assert_shown(
        _texts(_opened(file, SHIFT_JIS)), _texts(_written(file.read_bytes().decode("cp932")))
    )


def test_an_excel_file_has_the_same_cells(tmp_path: Path, number: IncomingNumber) -> None:
    file = tmp_path / "log.xlsx"
    with delivery_export.xlsx(number.account_id, ALL) as made:
        file.write_bytes(made.read())
    text = b"".join(delivery_export.csv_chunks(number.account_id, ALL)).decode("utf-8-sig")
    assert _opened(file) == [[_line_ends(cell) for cell in row] for row in _written(text)]


def _assert_shown(shown: list[str], written: list[str]) -> None:
    assert len(shown) == len(written) == len(TEXTS)
    for there, text in zip(shown, written, strict=True):
        assert there == text or text in NUMBERS
