"""What runs beside an answer: it calls it and writes down plain data; no reference and no verdict is here."""
