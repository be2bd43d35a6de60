"""A recipe's networks are those of its source."""

import pytest

from gan.networks import Discriminator, Generator, count_parameters
from gan.quantization import LEVELS, MAX_SUM
from gan.recipes import MAX_INPUTS, RECIPES

PARAMETERS = {  # counted by hand from each source's layers: weights + biases (+ 2 a BatchNorm feature)
    "relu-2": (227_344, 201_217),
    "relu-3": (293_136, 267_009),
    "leaky-2": (227_344, 201_217),
    "leaky-3": (559_632, 533_505),
    "batchnorm": (1_510_032, 533_505),
    "wgan-gp": (559_632, 533_505),
    "dcgan": (759_681, 138_689),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_recipes_networks_have_their_sources_parameters(name: str) -> None:
    g = Generator(RECIPES[name].generator_config())
    d = Discriminator(RECIPES[name].discriminator_config())
    assert (count_parameters(g), count_parameters(d)) == PARAMETERS[name]


def test_the_widest_generator_has_an_integer_form_whatever_its_weights() -> None:
    assert LEVELS**2 * MAX_INPUTS < MAX_SUM <= LEVELS**2 * (MAX_INPUTS + 1)
