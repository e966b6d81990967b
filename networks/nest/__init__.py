"""The NESTML twins of our cells in NEST: the module that holds them, and experiments beside Brian2."""
