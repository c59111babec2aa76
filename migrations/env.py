"""Alembic's entry: the models' metadata, on the database named by the configuration."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import JSONB

from app.models.database import Base

config = context.config


def render_item(kind, thing, autogen_context):
    """Write our column types in plain SQLAlchemy, so that a migration never imports the product."""
    if kind == "type" and type(thing).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, JSONB):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB()"
    return False


engine = create_engine(config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
