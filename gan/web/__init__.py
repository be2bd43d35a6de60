"""The page, its links and the plain HTTP routes beside it."""
