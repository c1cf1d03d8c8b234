"""Learned vectors as numbers: read them, write them, dial them, combine them."""
