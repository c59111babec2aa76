"""call counts are found by their key alone"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_call_count_day", table_name="call_count")


def downgrade() -> None:
    op.create_index("ix_call_count_day", "call_count", ["day"])
