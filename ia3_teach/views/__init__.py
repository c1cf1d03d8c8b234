"""Pictures: pure plot functions, and thin controls around them."""
