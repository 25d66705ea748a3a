"""The demo: a fictitious asset manager rebalances 250 invented accounts on one real day's prices."""
