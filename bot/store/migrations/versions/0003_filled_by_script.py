"""Which policies are filled by script."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """How a policy's page is read."""
    op.add_column("policies", sa.Column("renderer", sa.Text(), nullable=False, server_default=""))
