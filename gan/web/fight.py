"""The recipes that a browser trains (gan/web/engine/training), before the visitor's eyes."""

from gan.recipes import RECIPES, Recipe

FIGHTS: dict[str, Recipe] = {
    **{name: RECIPES[name] for name in ("relu-2", "leaky-3", "batchnorm")},
    # Readable digits within a minute of one core.
    "quick": Recipe(
        summary="class-conditional and small: readable digits within a minute",
        source="this project, after modern",
        generator_widths=(256, 256),
        generator_batch_norm="all",
        discriminator_widths=(256, 256),
        conditional=True,
        normalize_input=True,
        r1=0.1,
        batch_size=64,
        epochs=6,
        learning_rate=2e-3,
        discriminator_learning_rate=1e-3,
        beta1=0.0,
        beta2=0.99,
        moving_average=0.999,
    ),
}
