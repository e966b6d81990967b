"""What the paper's authors did with the data, and figures of it."""
