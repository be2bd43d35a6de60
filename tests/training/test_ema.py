"""The exponential moving average: weights that follow training, with BatchNorm statistics of their own."""

from dataclasses import replace

import torch
from torch.nn import functional as F

from gan.data import Dataset
from gan.recipes import RECIPES
from gan.training.trainer import Trainer

SMALL = replace(
    RECIPES["modern"], generator_widths=(64, 64), discriminator_widths=(64,), moving_average=0.5, batch_size=32
)


def test_the_average_follows_the_weights_with_a_short_memory_at_first(toy_data: Dataset) -> None:
    trainer = Trainer(SMALL, toy_data)
    assert trainer.ema
    expected = [p.clone() for p in trainer.generator.parameters()]
    for decay in (1 / 10, 2 / 11, 3 / 12, 4 / 13, 5 / 14, 6 / 15, 7 / 16, 8 / 17, 0.5, 0.5):
        trainer.step()
        expected = [
            decay * e + (1 - decay) * p.detach() for e, p in zip(expected, trainer.generator.parameters(), strict=True)
        ]
    for average, reference in zip(trainer.ema.generator.parameters(), expected, strict=True):
        torch.testing.assert_close(average, reference)


def test_the_trained_generator_has_the_averages_weights_and_statistics_of_its_own(toy_data: Dataset) -> None:
    """In evaluation mode the first hidden layer is normalised: over many latents, mean 0 and deviation 1 a feature."""
    trainer = Trainer(SMALL, toy_data)
    for _ in range(10):
        trainer.step()
    generator, seen = trainer.trained_generator(), {}
    assert not generator.training
    assert trainer.ema
    for kept, average in zip(generator.parameters(), trainer.ema.generator.parameters(), strict=True):
        assert torch.equal(kept, average)
    generator.layers[1].register_forward_hook(lambda layer, _, out: seen.update(z=(out - layer.bias) / layer.weight))
    generator(torch.randn(20_000, 100), F.one_hot(torch.arange(20_000) % 10, 10).float())
    assert seen["z"].mean(0).abs().max() < 0.1
    assert (seen["z"].std(0) - 1).abs().max() < 0.1
    again = trainer.trained_generator().state_dict()
    assert all(torch.equal(v, again[k]) for k, v in generator.state_dict().items()), "the same whenever it is asked for"


def test_to_ask_for_the_trained_generator_changes_nothing(toy_data: Dataset) -> None:
    for recipe in (SMALL, replace(SMALL, moving_average=0.0)):
        asked, other = Trainer(recipe, toy_data), Trainer(recipe, toy_data)
        asked.step()
        other.step()
        asked.trained_generator()
        assert asked.generator.training
        asked.step()
        other.step()
        expected, found = other.state.saved(), asked.state.saved()
        assert all(torch.equal(expected[k], found[k]) for k in expected)


def test_without_an_average_the_trained_generator_is_the_raw_one(toy_data: Dataset) -> None:
    trainer = Trainer(replace(SMALL, moving_average=0.0), toy_data)
    trainer.step()
    generator = trainer.trained_generator()
    assert not generator.training
    expected = trainer.generator.state_dict()
    assert all(torch.equal(v, expected[k]) for k, v in generator.state_dict().items())
