"""call counts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTED = (
    "calls",
    "mobile",
    "keyed_in",
    "gave_up",
    "hung_up",
    "limited",
    "suppressed",
    "notice",
    "messages",
    "delivered",
    "opened",
    *(f"hour_{hour:02}" for hour in range(24)),
)


def upgrade() -> None:
    op.create_table(
        "counted_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_counted_day")),
    )
    op.create_table(
        "call_count",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("incoming_number_id", sa.Integer(), nullable=False),
        sa.Column("flow_version_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_call_count_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_number_id"],
            ["incoming_number.id"],
            name=op.f("fk_call_count_incoming_number_id_incoming_number"),
        ),
        sa.PrimaryKeyConstraint(
            "account_id",
            "day",
            "incoming_number_id",
            "flow_version_id",
            name=op.f("pk_call_count"),
        ),
    )
    op.create_index("ix_call_count_day", "call_count", ["day"])
    # Without locking the table: while millions of rows are read, calls come in.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_call_started_at_id",
            "call",
            ["started_at", "id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_call_started_at_id", table_name="call", postgresql_concurrently=True, if_exists=True
        )
    op.drop_table("call_count")
    op.drop_table("counted_day")
