"""How good a generator is, each figure beside its floor: the same figure of real digits."""
