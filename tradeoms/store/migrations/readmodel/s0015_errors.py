"""Trade errors: what error accounts have of each block."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0015_errors"
down_revision = "s0014_reconciliations"


def upgrade() -> None:
    """Create the table; without a cursor all tables are filled again at the next start."""
    op.create_table(
        "errors",
        *(_text(name) for name in ("key", "account", "instrument", "Symbol", "Side")),
        *(_exact(name) for name in ("quantity", "moved", "AvgPx", "net")),
        _text("Currency"),
        _exact("open"),
        _exact("value", nullable=True),
        _exact("gain"),
        _exact("cost", nullable=True),
        *(_text(name) for name in ("clients", "reason", "user")),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _exact(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=nullable)
