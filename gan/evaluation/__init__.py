"""How good a generator is: figures, each beside its floor, which is the same figure of real digits."""
