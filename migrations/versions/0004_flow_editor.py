"""flow editor"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audio_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "stored",
                "converting",
                "ready",
                "failed",
                name="audiostate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("progress_percent", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.Column("audio_hash", sa.String(length=64), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audio_file_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["company_user.id"],
            name=op.f("fk_audio_file_created_by_id_company_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audio_file")),
    )
    with op.batch_alter_table("audio_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audio_file_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audio_file_state"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "reading_hint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("written", sa.String(length=50), nullable=False),
        sa.Column("reading", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reading_hint_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_hint")),
        sa.UniqueConstraint(
            "account_id", "written", name=op.f("uq_reading_hint_account_id_written")
        ),
    )
    op.create_table(
        "audio_file_chunk",
        sa.Column("audio_file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audio_file_id"],
            ["audio_file.id"],
            name=op.f("fk_audio_file_chunk_audio_file_id_audio_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("audio_file_id", "position", name=op.f("pk_audio_file_chunk")),
    )
    op.create_table(
        "trial_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "script", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "expected", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_trial_call_account_id_account")
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_trial_call_flow_id_flow")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_call")),
    )
    with op.batch_alter_table("trial_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trial_call_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trial_call_flow_id"), ["flow_id"], unique=False)

    op.create_table(
        "flow_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "published",
                "returned",
                "stopped",
                "deleted",
                "restored",
                "plan_began",
                "plan_ended",
                "plan_failed",
                name="flowaction",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_flow_event_account_id_account")
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_flow_event_flow_id_flow")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["company_user.id"], name=op.f("fk_flow_event_user_id_company_user")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["flow_version.id"], name=op.f("fk_flow_event_version_id_flow_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_event")),
    )
    with op.batch_alter_table("flow_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flow_event_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_flow_event_flow_id"), ["flow_id", "id"], unique=False)

    op.create_table(
        "publication_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "ended",
                "cancelled",
                "failed",
                name="planstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("returns_to_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_publication_plan_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["company_user.id"],
            name=op.f("fk_publication_plan_created_by_id_company_user"),
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_publication_plan_flow_id_flow")
        ),
        sa.ForeignKeyConstraint(
            ["returns_to_id"],
            ["flow_version.id"],
            name=op.f("fk_publication_plan_returns_to_id_flow_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["flow_version.id"],
            name=op.f("fk_publication_plan_version_id_flow_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_plan")),
    )
    with op.batch_alter_table("publication_plan", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_publication_plan_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_publication_plan_flow_id"), ["flow_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_publication_plan_state"), ["state", "starts_at"], unique=False
        )

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "may_members_delete_published",
                sa.Boolean(),
                nullable=False,
                server_default=sa.true(),
            )
        )
        batch_op.add_column(
            sa.Column(
                "has_softbank_sender", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("may_members_delete_published", server_default=None)
        batch_op.alter_column("has_softbank_sender", server_default=None)

    with op.batch_alter_table("flow", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("guidance_audio", schema=None) as batch_op:
        batch_op.alter_column("created_at", new_column_name="used_at")
    spoken = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("flow_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spoken", spoken, nullable=False, server_default="{}"))
    with op.batch_alter_table("flow_version", schema=None) as batch_op:
        batch_op.alter_column("spoken", server_default=None)
    _tell_the_past()


def _tell_the_past() -> None:
    """What was published so far becomes the beginning of each flow's history."""
    op.execute(
        "INSERT INTO flow_event"
        " (account_id, flow_id, action, version_id, comment, happened_at, user_id)"
        " SELECT account_id, flow_id, 'published', id, '', published_at, published_by_id"
        " FROM flow_version ORDER BY published_at"
    )
    op.execute(
        "UPDATE flow SET published_at ="
        " (SELECT published_at FROM flow_version WHERE id = flow.published_version_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("flow_version", schema=None) as batch_op:
        batch_op.drop_column("spoken")

    with op.batch_alter_table("guidance_audio", schema=None) as batch_op:
        batch_op.alter_column("used_at", new_column_name="created_at")

    with op.batch_alter_table("flow", schema=None) as batch_op:
        batch_op.drop_column("published_at")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("has_softbank_sender")
        batch_op.drop_column("may_members_delete_published")

    with op.batch_alter_table("publication_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_plan_state"))
        batch_op.drop_index(batch_op.f("ix_publication_plan_flow_id"))
        batch_op.drop_index(batch_op.f("ix_publication_plan_account_id"))

    op.drop_table("publication_plan")
    with op.batch_alter_table("flow_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flow_event_flow_id"))
        batch_op.drop_index(batch_op.f("ix_flow_event_account_id"))

    op.drop_table("flow_event")
    with op.batch_alter_table("trial_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trial_call_flow_id"))
        batch_op.drop_index(batch_op.f("ix_trial_call_account_id"))

    op.drop_table("trial_call")
    op.drop_table("audio_file_chunk")
    op.drop_table("reading_hint")
    with op.batch_alter_table("audio_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audio_file_state"))
        batch_op.drop_index(batch_op.f("ix_audio_file_account_id"))

    op.drop_table("audio_file")
