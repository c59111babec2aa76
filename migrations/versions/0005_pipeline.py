"""pipeline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_bucket",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("free_at_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_bucket")),
    )
    op.create_table(
        "send_attempt",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "not_accepted",
                "refused",
                name="attemptoutcome",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("error_code", sa.String(length=10), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_send_attempt_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_send_attempt_message_id_message")
        ),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("pk_send_attempt")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_send_attempt_provider_id")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "resends_automatically", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("resends_automatically", server_default=None)
    _add_to_message()
    _tell_the_past()
    _add_links_and_guards()


def _add_to_message() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("delays", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("resends", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("resend_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE message SET queued_at = accepted_at, delays = attempts")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.alter_column("queued_at", nullable=False)
        batch_op.alter_column("delays", server_default=None)
        batch_op.alter_column("resends", server_default=None)
        batch_op.create_index(
            "ix_message_waiting",
            ["account_id", "next_attempt_at", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index(
            "ix_message_resend_at",
            ["resend_at"],
            unique=False,
            sqlite_where=sa.text("resend_at IS NOT NULL"),
            postgresql_where=sa.text("resend_at IS NOT NULL"),
        )


def _tell_the_past() -> None:
    """Of former hand-overs only the last one of each message is known."""
    op.execute(
        "INSERT INTO send_attempt"
        " (message_id, number, claimed_at, provider_id, outcome, account_id)"
        " SELECT id, attempts, COALESCE(claimed_at, accepted_at), provider_id,"
        " CASE WHEN provider_id IS NULL THEN NULL ELSE 'accepted' END, account_id"
        " FROM message WHERE attempts > 0 OR provider_id IS NOT NULL"
    )


def _add_links_and_guards() -> None:
    op.create_table(
        "suppressed_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("by_hand", "file", "stop_reply", name="reason", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_suppressed_number_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed_number")),
        sa.UniqueConstraint(
            "account_id", "number", name=op.f("uq_suppressed_number_account_id_number")
        ),
    )
    op.create_table(
        "sms_quota",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("caller", "keyed", name="askedby", native_enum=False, length=10),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sms_quota_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "day", "kind", "number", name=op.f("pk_sms_quota")),
    )
    op.create_table(
        "link_click",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_link_click_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["code"], ["short_url.code"], name=op.f("fk_link_click_code_short_url")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_click")),
    )
    with op.batch_alter_table("link_click", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_click_code"), ["code"], unique=False)

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("opened_at")

    with op.batch_alter_table("link_click", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_click_code"))

    op.drop_table("link_click")
    op.drop_table("sms_quota")
    op.drop_table("suppressed_number")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_resend_at")
        batch_op.drop_index("ix_message_waiting")
        batch_op.drop_column("resend_at")
        batch_op.drop_column("resends")
        batch_op.drop_column("delays")
        batch_op.drop_column("queued_at")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("resends_automatically")
    op.drop_table("send_attempt")
    op.drop_table("rate_bucket")
