"""Adam as each source sets it, and the learning rate over a run."""

from dataclasses import replace

import pytest

from gan.data import Dataset
from gan.recipes import RECIPES
from gan.training.optimizers import learning_rates
from gan.training.trainer import Trainer

BASE = RECIPES["relu-2"]


def test_the_learning_rate_is_constant_then_falls_along_a_cosine() -> None:
    recipe = replace(BASE, learning_rate=1.0, decay_start=0.5, decay_to=0.1)
    rates = [learning_rates(recipe, step, total_steps=400)[0] for step in range(401)]
    assert all(rate == 1 for rate in rates[:201])
    assert rates[300] == pytest.approx(0.55)  # half way down
    assert rates[400] == pytest.approx(0.1)
    assert rates == sorted(rates, reverse=True)


def test_without_decay_the_learning_rate_is_constant() -> None:
    assert {learning_rates(BASE, step, total_steps=10) for step in range(11)} == {(2e-4, 2e-4)}


@pytest.mark.parametrize(
    ("fields", "rates_at_the_end"),
    [
        ({}, (2e-5, 2e-5)),
        ({"discriminator_decay_to": 1.0}, (2e-5, 2e-4)),
        ({"discriminator_decay_to": 0.5, "discriminator_learning_rate": 1e-3}, (2e-5, 5e-4)),
    ],
)
def test_the_discriminator_can_keep_its_rate_while_the_generators_falls(
    fields: dict, rates_at_the_end: tuple[float, float], toy_data: Dataset
) -> None:
    recipe = replace(BASE, decay_start=0.0, decay_to=0.1, **fields)
    assert learning_rates(recipe, 400, total_steps=400) == pytest.approx(rates_at_the_end)
    trainer = Trainer(recipe, toy_data)
    trainer.steps = trainer.total_steps
    trainer.step()
    rates = [optimizer.param_groups[0]["lr"] for optimizer in (trainer.g_optimizer, trainer.d_optimizer)]
    assert rates == pytest.approx(rates_at_the_end)


ADAM = {  # rates of G and D, betas; one step alone can't tell betas apart
    "relu-2": (2e-4, 2e-4, (0.9, 0.999)),
    "relu-3": (3e-4, 3e-4, (0.9, 0.999)),
    "leaky-2": (2e-4, 2e-4, (0.9, 0.999)),
    "leaky-3": (2e-4, 2e-4, (0.5, 0.999)),
    "batchnorm": (2e-4, 2e-4, (0.5, 0.999)),
    "dcgan": (2e-4, 2e-4, (0.5, 0.999)),
    "wgan-gp": (1e-4, 1e-4, (0.0, 0.9)),
}


@pytest.mark.parametrize("name", ADAM)
def test_adam_is_set_as_the_source_sets_it(name: str, toy_data: Dataset) -> None:
    g_rate, d_rate, betas = ADAM[name]
    trainer = Trainer(replace(RECIPES[name], batch_size=16), toy_data)
    trainer.step()
    for optimizer, rate in ((trainer.g_optimizer, g_rate), (trainer.d_optimizer, d_rate)):
        (group,) = optimizer.param_groups
        assert (group["lr"], group["betas"], group["eps"]) == (rate, betas, 1e-8)
        assert not group["weight_decay"]
        assert not group["amsgrad"]
