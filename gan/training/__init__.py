"""The training step, what it is made of, and the run around it."""
