"""What was put to whom as a choice, and whether a request is still there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """New columns, empty in the old rows, and a table."""
    op.add_column("watches", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("watches", sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "offers",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "author_id", name="pk_offers"),
    )
