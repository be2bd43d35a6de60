"""What a checkpoint holds: everything, under names that never change."""

from dataclasses import replace

import pytest
import torch

from gan.data import Dataset
from gan.errors import UserError
from gan.recipes import RECIPES
from gan.training.trainer import Trainer


@pytest.mark.parametrize("name", ["relu-2", "modern", "dcgan"])
def test_a_restored_trainer_continues_with_the_same_bits(name: str, toy_data: Dataset) -> None:
    recipe = replace(RECIPES[name], batch_size=16, epochs=2)
    whole = Trainer(recipe, toy_data)
    for _ in range(7):
        whole.step()
    first = Trainer(recipe, toy_data)
    for _ in range(4):
        first.step()
    second = Trainer(recipe, toy_data, seed=0)
    second.load_state(first.state.saved(), steps=4)
    for _ in range(3):
        second.step()
    expected, found = whole.state.saved(), second.state.saved()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[k], found[k]) for k in expected)


def test_the_names_of_a_states_tensors_are_those_of_earlier_runs(toy_data: Dataset) -> None:
    """Written by hand from a run of commit 3c7ce8c."""
    small = {"generator_widths": (8,), "discriminator_widths": (8,), "batch_size": 16}
    trainer = Trainer(replace(RECIPES["modern"], **small), toy_data)
    trainer.step()
    g = ["embedding.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    g += ["layers.3.weight", "layers.3.bias"]
    statistics_of_batch_norm = ["layers.1.running_mean", "layers.1.running_var", "layers.1.num_batches_tracked"]
    d = ["features.0.weight", "features.0.bias", "logit.weight", "logit.bias", "embedding.weight"]
    names = ["statistics.sums", "statistics.summed"]
    names += [f"generator.{name}" for name in (*g, *statistics_of_batch_norm)]
    names += [f"discriminator.{name}" for name in d]
    names += [f"averaged.{name}" for name in g]
    for optimizer, parameters in (("g_optimizer", g), ("d_optimizer", d)):
        names += [f"{optimizer}.{i}.{n}" for i in range(len(parameters)) for n in ("step", "exp_avg", "exp_avg_sq")]
    assert sorted(trainer.state.saved()) == sorted(names)


def test_a_state_of_other_networks_is_refused(toy_data: Dataset) -> None:
    recipe = replace(RECIPES["relu-2"], batch_size=16)
    trainer = Trainer(recipe, toy_data)
    trainer.step()
    saved = trainer.state.saved()
    with pytest.raises(UserError, match=r"tensor generator.layers.2.weight is \[784, 256\]"):
        Trainer(replace(recipe, generator_widths=(16,)), toy_data).load_state(
            {**saved, "generator.layers.0.weight": torch.zeros(16, 100), "generator.layers.0.bias": torch.zeros(16)}, 1
        )
    del saved["d_optimizer.0.exp_avg"]
    with pytest.raises(UserError, match="tensor d_optimizer.0.exp_avg is missing or unknown"):
        Trainer(recipe, toy_data).load_state(saved, 1)
