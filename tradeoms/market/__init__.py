"""Prices and calendars as pure functions: no feed, no clock."""
