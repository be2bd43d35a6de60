"""The moments of the bundled recordings at which something happens, by the epochs that show them.

The sentences are in words_history.py (`history_moment_MODEL_EPOCH`). They are of these recordings and of no other run of
the same recipe; tests/web/test_moments.py says what each claims, and measures it.
"""

MOMENTS: dict[str, tuple[int, ...]] = {
    "relu-2": (1, 7, 10),
    "relu-3": (5, 30, 100),
    "leaky-2": (13, 15, 20),
    "leaky-3": (17, 74, 200),
    "batchnorm": (3, 8, 200),
    "dcgan": (1, 20),
    "wgan-gp": (3, 6, 20),
    "quick": (1, 12),
    "modern": (2, 25, 87),
}
