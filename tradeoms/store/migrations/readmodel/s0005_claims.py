"""Who works an order or a block, and who looks after an alert."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0005_claims"
down_revision = "s0004_indicative"


def upgrade() -> None:
    """Add the columns; before there were any, nothing was claimed and every alert open."""
    for table in ("orders", "blocks"):
        op.add_column(table, _text("claimed_by"))
    op.add_column("alerts", _text("state", "open"))
    for name in ("owner", "user", "reason"):
        op.add_column("alerts", _text(name))
    for name in ("until", "attended"):
        op.add_column("alerts", sa.Column(name, Moment(timezone=True), nullable=True))


def _text(name: str, value: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=value)
