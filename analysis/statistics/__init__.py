"""Statistics of a run that the paper publishes, and their tests."""
