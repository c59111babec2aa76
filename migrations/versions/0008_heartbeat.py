"""signs of life of workers and beat"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tasks_running", sa.Integer(), nullable=True),
        sa.Column("plivo_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plivo_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plivo_failure", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
