"""Settlement days, for whoever stands above the market."""

from tradeoms.model.calendar import day_of, days, settle_date

__all__ = ["day_of", "days", "settle_date"]
