"""What each action does. A handler takes the Workplace and nothing else."""
