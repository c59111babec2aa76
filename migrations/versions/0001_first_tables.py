"""first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("name", name=op.f("uq_company_name")),
    )
    op.create_table(
        "company_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_user")),
        sa.UniqueConstraint("mail_address", name=op.f("uq_company_user_mail_address")),
    )
    op.create_table(
        "guidance_audio",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_guidance_audio")),
        sa.UniqueConstraint("source", name=op.f("uq_guidance_audio_source")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_account_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_account_company_id_name")),
    )
    op.create_table(
        "incoming_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_incoming_number_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_number")),
        sa.UniqueConstraint("number", name=op.f("uq_incoming_number_number")),
    )
    op.create_index(
        "ix_incoming_number_account_id", "incoming_number", ["account_id"], unique=False
    )

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "company_admin",
                "senior_admin",
                "admin",
                "member",
                name="role",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["company_user.id"], name=op.f("fk_membership_user_id_company_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("user_id", "account_id", name=op.f("uq_membership_user_id_account_id")),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id"], unique=False)

    op.create_table(
        "sender_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.String(length=11), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sender_number_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_number")),
        sa.UniqueConstraint(
            "account_id", "digits", name=op.f("uq_sender_number_account_id_digits")
        ),
    )
    op.create_table(
        "flow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_number_id", sa.Integer(), nullable=False),
        sa.Column(
            "draft", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("draft_revision", sa.Integer(), nullable=False),
        sa.Column("draft_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_saved_by_id", sa.Integer(), nullable=True),
        sa.Column("published_version_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_flow_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["draft_saved_by_id"],
            ["company_user.id"],
            name=op.f("fk_flow_draft_saved_by_id_company_user"),
        ),
        sa.ForeignKeyConstraint(
            ["incoming_number_id"],
            ["incoming_number.id"],
            name=op.f("fk_flow_incoming_number_id_incoming_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
    )

    op.create_table(
        "flow_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "audio", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_flow_version_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_flow_version_flow_id_flow")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["company_user.id"],
            name=op.f("fk_flow_version_published_by_id_company_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_version")),
        sa.UniqueConstraint("flow_id", "number", name=op.f("uq_flow_version_flow_id_number")),
    )
    # the two tables point at each other, so one of the constraints has to come after both
    with op.batch_alter_table("flow") as flow:
        flow.create_foreign_key(
            "fk_flow_published_version_id_flow_version",
            "flow_version",
            ["published_version_id"],
            ["id"],
        )
    op.create_index("ix_flow_account_id", "flow", ["account_id"], unique=False)
    op.create_index(
        "uq_flow_one_live_per_number",
        "flow",
        ["incoming_number_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("incoming_number_id", sa.Integer(), nullable=True),
        sa.Column("flow_version_id", sa.Integer(), nullable=True),
        sa.Column("provider_call_id", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=20), nullable=True),
        sa.Column("called", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "no_flow",
                "asking",
                "announced",
                "gave_up",
                name="callstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_call_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["flow_version_id"],
            ["flow_version.id"],
            name=op.f("fk_call_flow_version_id_flow_version"),
        ),
        sa.ForeignKeyConstraint(
            ["incoming_number_id"],
            ["incoming_number.id"],
            name=op.f("fk_call_incoming_number_id_incoming_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("provider_call_id", name=op.f("uq_call_provider_call_id")),
    )
    op.create_index(
        "ix_call_account_id_incoming_number_id_started_at",
        "call",
        ["account_id", "incoming_number_id", "started_at"],
        unique=False,
    )

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("incoming_number", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=11), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "awaiting_result",
                "delivered",
                "failed",
                "internal_error",
                "carrier_error",
                "partly_failed",
                "unknown",
                "retryable",
                name="messagestatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column(
            "carrier",
            sa.Enum(
                "au", "docomo", "softbank", "rakuten", name="carrier", native_enum=False, length=20
            ),
            nullable=True,
        ),
        sa.Column("billed_units", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(length=10), nullable=True),
        sa.Column("report_sequence", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_account_id_account")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_message_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("call_id", name=op.f("uq_message_call_id")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),
    )
    op.create_index(
        "ix_message_account_id_accepted_at",
        "message",
        ["account_id", "accepted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_message_status_next_attempt_at", "message", ["status", "next_attempt_at"], unique=False
    )

    op.create_table(
        "short_url",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_short_url_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_short_url_message_id_message")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_short_url")),
    )
    op.create_index("ix_short_url_message_id", "short_url", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_short_url_message_id", "short_url")

    op.drop_table("short_url")
    op.drop_index("ix_message_status_next_attempt_at", "message")
    op.drop_index("ix_message_account_id_accepted_at", "message")

    op.drop_table("message")
    op.drop_index("ix_call_account_id_incoming_number_id_started_at", "call")

    op.drop_table("call")
    with op.batch_alter_table("flow") as flow:
        flow.drop_constraint("fk_flow_published_version_id_flow_version", type_="foreignkey")
    op.drop_table("flow_version")
    op.drop_index("uq_flow_one_live_per_number", "flow")
    op.drop_index("ix_flow_account_id", "flow")

    op.drop_table("flow")
    op.drop_table("sender_number")
    op.drop_index("ix_membership_account_id", "membership")

    op.drop_table("membership")
    op.drop_index("ix_incoming_number_account_id", "incoming_number")

    op.drop_table("incoming_number")
    op.drop_table("account")
    op.drop_table("guidance_audio")
    op.drop_table("company_user")
    op.drop_table("company")
