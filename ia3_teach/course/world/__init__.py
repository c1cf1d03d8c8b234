"""The generated world: short English reviews and notes, and the questions asked about them."""
