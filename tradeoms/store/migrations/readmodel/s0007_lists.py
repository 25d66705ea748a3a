"""The list that a placement was given in."""

import sqlalchemy as sa
from alembic import op

revision = "s0007_lists"
down_revision = "s0006_positions"


def upgrade() -> None:
    """Add the column; before there was one, no broker was given lists."""
    column = sa.Column("ListID", sa.Text(), nullable=False, server_default="")
    op.add_column("placements", column)
