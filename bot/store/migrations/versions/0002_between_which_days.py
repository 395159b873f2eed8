"""Between which days a change came, what a second route says of it, and where a page moved to.

``last_read_at`` used to move on when the page held no whole policy; what it says for those that are held just now
becomes true at their next whole read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """New columns, empty in the old rows."""
    op.add_column("policies", sa.Column("candidate_not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("policies", sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("policies", sa.Column("moved_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("stories", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
