"""Who settled an unknown report or a disputed execution, and why."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0002_settled"
down_revision = "s0001_readmodel"


def upgrade() -> None:
    """Add the columns; before there were any, nothing had been settled."""
    for name in ("note", "user", "settled_by", "why"):
        op.add_column("executions", _text(name))
    op.add_column("unmatched", _text("status", "open"))
    for name in ("placement", "user"):
        op.add_column("unmatched", _text(name))
    op.add_column("unmatched", sa.Column("settled", Moment(timezone=True), nullable=True))
    op.add_column("unmatched", _text("why"))


def _text(name: str, value: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=value)
