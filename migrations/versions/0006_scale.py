"""scale"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BY_TIME = ("accepted_at", "id", "status", "carrier")
NOT_DELIVERED = "status <> 'delivered'"
IN_FLIGHT = "status IN ('sending', 'sent', 'awaiting_result')"
KEYED = "attempt > 0 AND recipient IS NOT NULL"
RARE = "state IN ('no_flow', 'limited', 'suppressed')"
ADDED = (
    ("ix_message_recipient_accepted_at", "message", ["recipient", "accepted_at", "id"], None),
    ("ix_message_account_id_accepted_at_id", "message", ["account_id", *BY_TIME], None),
    (
        "ix_message_account_id_incoming_number",
        "message",
        ["account_id", "incoming_number", *BY_TIME],
        None,
    ),
    (
        "ix_message_account_id_status",
        "message",
        ["account_id", "status", "accepted_at", "id"],
        NOT_DELIVERED,
    ),
    ("ix_message_status", "message", ["status", "id"], NOT_DELIVERED),
    ("ix_message_in_flight", "message", ["status", "next_attempt_at"], IN_FLIGHT),
    (
        "ix_call_incoming_number_id_started_at",
        "call",
        ["incoming_number_id", "started_at", "id"],
        None,
    ),
    ("ix_call_caller_started_at", "call", ["caller", "started_at", "id"], None),
    ("ix_call_keyed_recipient", "call", ["recipient", "started_at", "id"], KEYED),
    ("ix_call_rare_state", "call", ["state", "id"], RARE),
)
DROPPED = (
    (
        "ix_message_account_id_accepted_at",
        "message",
        ["account_id", "accepted_at", "id"],
        None,
    ),
    ("ix_message_status_next_attempt_at", "message", ["status", "next_attempt_at"], None),
    (
        "ix_call_account_id_incoming_number_id_started_at",
        "call",
        ["account_id", "incoming_number_id", "started_at"],
        None,
    ),
)


def upgrade() -> None:
    _exchange(ADDED, DROPPED)


def downgrade() -> None:
    _exchange(DROPPED, ADDED)


def _exchange(added, dropped) -> None:
    """On PostgreSQL without locking the tables: while millions of rows are read, calls come in.

    Broken off in the middle it leaves an index that is not valid: the next try begins it anew.
    """
    with op.get_context().autocommit_block():
        for name, table, columns, where in added:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            condition = sa.text(where) if where else None
            op.create_index(
                name,
                table,
                columns,
                sqlite_where=condition,
                postgresql_where=condition,
                postgresql_concurrently=True,
            )
        for name, table, _columns, _where in dropped:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
