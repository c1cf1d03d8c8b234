"""Lean training: IA3's product, keeping nothing for backward beyond what the frozen model keeps anyway."""
