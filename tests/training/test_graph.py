"""A CUDA graph of a step computes what the step computes; needs a GPU."""

from dataclasses import replace

import pytest
import torch
from accelerate import Accelerator

from gan.data import Dataset
from gan.recipes import RECIPES
from gan.training.trainer import Trainer


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", RECIPES)
def test_a_captured_step_is_the_eager_step(name: str, toy_data: Dataset) -> None:
    recipe = replace(RECIPES[name], batch_size=16, epochs=2)
    eager, captured = (Trainer(recipe, toy_data, accelerator=Accelerator()) for _ in range(2))
    captured.capture()
    for _ in range(5):
        eager.step()
        captured.step()
    expected, found = eager.state.saved(), captured.state.saved()
    assert expected.keys() == found.keys()
    for key in expected:
        torch.testing.assert_close(found[key], expected[key], atol=1e-5, rtol=1e-4)
