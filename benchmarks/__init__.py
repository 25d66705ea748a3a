"""What `make bench` measures: ratios against something a user could use instead, side by side in one run."""
