"""Recipes that measure speed; `apical bench` runs those that need no GPU."""
