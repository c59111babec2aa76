"""Bringing a database to the newest schema, and writing the next migration.

python -m migrations.commands revision "add the …"     # numbered, from the difference to the models
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import config as settings_module

HERE = Path(__file__).resolve().parent


def alembic_config(database_url: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(HERE))
    configuration.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return configuration


def upgrade(database_url: str) -> None:
    """To the newest schema; nothing happens on a database that has it."""
    command.upgrade(alembic_config(database_url), "head")


def revise(database_url: str, message: str) -> None:
    """Write the next numbered migration from the difference between the models and the database."""
    configuration = alembic_config(database_url)
    heads = ScriptDirectory.from_config(configuration).get_heads()
    number = int(heads[0]) + 1 if heads else 1
    command.revision(configuration, message, autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "revision":
        sys.exit(__doc__)
    revise(settings_module.load().database_url, sys.argv[2])
