"""The last step of `make translations`: fills the English catalogue and drops Babel's boilerplate.

The English words are the message ids themselves. They are written out, since an empty translation
would fall back to the words that Flask-AppBuilder brings along.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po, write_po

LOCALES = ("ja", "en")
HEADER = "# The words of the portal. New ones come in by `make translations`."
HEADER_FIELDS = (
    "Language",
    "Plural-Forms",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)


def tidy(locale: str) -> None:
    path = Path(__file__).resolve().parent / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    for message in catalogue:
        if message.id and locale == "en":
            message.string = message.id
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, omit_header=True)
    headers = dict(catalogue.mime_headers)
    lines = [f'"{name}: {headers[name]}\\n"' for name in HEADER_FIELDS]
    head = "\n".join([HEADER, 'msgid ""', 'msgstr ""', *lines])
    path.write_text(f"{head}\n\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


if __name__ == "__main__":
    for each in LOCALES:
        tidy(each)
