"""`python -m app.portal.commands operator --mail ADDRESS --name NAME`: makes an operator.

Prints the temporary password, once: it is stored nowhere. Exit status 1 where it is refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import config
from app.domain.refusals import Refusal
from app.models import database
from app.services.back_office_operators import create_operator

REASONS = {
    "mail_address_wrong": "This is not a mail address.",
    "mail_address_taken": "There is a user with this mail address already.",
    "name_missing": "Give a name.",
    "name_too_long": "This name is too long.",
}


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    engine = database.configure(config.load().database_url)
    try:
        password = create_operator(mail_address=given.mail, name=given.name)
    except Refusal as refusal:
        sys.stderr.write(f"{REASONS[refusal.code]}\n")
        return 1
    finally:
        database.session.remove()
        engine.dispose()
    sys.stdout.write(
        f"Operator {given.mail} is there. Temporary password, valid for 14 days: {password}\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.portal.commands", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    operator = commands.add_parser("operator", help="make an operator (our own staff)")
    operator.add_argument("--mail", required=True, help="mail address to log in with")
    operator.add_argument("--name", required=True, help="name as the portal shows it")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
