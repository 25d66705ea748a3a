"""Whole shares to trade so that every account holds its model's weights again."""

import numpy as np

from tradeoms.model.columns import Int64s

MILLION = 1_000_000
LIMIT = 2**63 - 1


def net_asset_value(shares: Int64s, prices: Int64s, cash: Int64s) -> Int64s:
    """Value of accounts in cents, int64 (n_accounts,).

    `shares` int64 (n_accounts, n_instruments), `prices` int64 (n_instruments,) in cents, `cash` int64
    (n_accounts,) in cents.
    """
    return shares @ prices + cash


def trades(shares: Int64s, prices: Int64s, cash: Int64s, weights: Int64s, least: int = 0) -> Int64s:
    """Shares to buy (positive) or sell (negative), int64 (n_accounts, n_instruments).

    `weights` int64 (n_accounts, n_instruments) are millionths of the account's value; what they leave
    of a million stays cash. A target is rounded down to whole shares. A trade worth less than `least`
    cents is not made.

    Raises:
        OverflowError: an account's value times a million does not fit int64.
        ValueError: a price is not above zero, or an account's weights exceed a million.
    """
    if (prices <= 0).any():
        raise ValueError("every price must be above zero")
    if (weights < 0).any() or (weights.sum(axis=1) > MILLION).any():
        raise ValueError("an account's weights must lie between 0 and a million in all")
    value = net_asset_value(shares, prices, cash)
    if int(np.abs(value).max(initial=0)) > LIMIT // MILLION:
        raise OverflowError("an account is too large for int64 millionths of a cent")
    target = np.maximum(value, 0)[:, None] * weights // (prices * MILLION)
    change = target - shares
    return np.where(np.abs(change) * prices >= least, change, 0)
