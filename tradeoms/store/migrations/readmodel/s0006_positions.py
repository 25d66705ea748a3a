"""What the day began with, what was traded since and what has settled of a position."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0006_positions"
down_revision = "s0005_claims"


def upgrade() -> None:
    """Add the columns; without a cursor all tables are filled again at the next start."""
    for name in ("start", "traded", "settled"):
        op.add_column("positions", sa.Column(name, Exact(), nullable=False, server_default="0"))
    op.execute("DELETE FROM cursor")
