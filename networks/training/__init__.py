"""When it runs: mice that learn over days."""
