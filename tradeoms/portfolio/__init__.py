"""Target models and the trades that lead to them: pure, on int64 arrays."""
