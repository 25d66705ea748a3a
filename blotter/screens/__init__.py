"""Modal screens: tickets, dialogs, help."""
