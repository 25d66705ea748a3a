"""The blotter in a browser: a small server that starts a blotter for each page that is open."""
