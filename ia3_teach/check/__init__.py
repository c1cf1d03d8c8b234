"""Exercise checkers, one module per lesson. They never import the code that they judge."""
