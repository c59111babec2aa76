"""The floor's two tables, and its task."""

from __future__ import annotations

from sqlalchemy import Column, Engine, MetaData, String, Table

SEND = "bench.support.floor_worker.send"
metadata = MetaData()
calls = Table(
    "floor_call",
    metadata,
    Column("call_uuid", String(64), primary_key=True),
    Column("caller", String(20)),
    Column("called", String(20)),
)
links = Table(
    "floor_link", metadata, Column("code", String(8), primary_key=True), Column("target", String)
)


def make_tables(engine: Engine) -> None:
    metadata.create_all(engine)
    engine.dispose()
