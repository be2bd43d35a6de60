"""The contract: a digit's number decides its pixels, whatever grid, process or day it is drawn in."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan import latents
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.networks import Discriminator, Generator, _class_std, _minibatch_std
from gan.recipes import RECIPES

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden" / "modern-seeds-0-to-15.png"


@pytest.fixture(scope="module")
def modern() -> Generator:
    return Generator.from_pretrained(ROOT / "checkpoints" / "modern")


@cache
def untrained(name: str) -> Generator:
    torch.manual_seed(0)
    return Generator(RECIPES[name].generator_config()).eval()


def test_samples_are_uint8_digits_on_the_cpu(modern: Generator) -> None:
    digits = modern.sample([7, 8, 9])
    assert (digits.dtype, tuple(digits.shape), digits.device.type) == (torch.uint8, (3, 28, 28), "cpu")
    assert digits[:, 0, 0].tolist() == [0, 0, 0], "0 is paper"
    assert digits.max() > 200, "255 is ink"


def test_the_bundled_digits_are_those_of_the_day_they_were_bundled(modern: Generator) -> None:
    """Drawn by `Generator.from_pretrained("checkpoints/modern").sample(range(16))` on 2026-11-25, to the last bit."""
    golden = np.asarray(Image.open(GOLDEN)).reshape(16, 28, 28)
    assert np.array_equal(modern.sample(range(16)).numpy(), golden)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, latents.NUM_SEEDS - 1), st.integers(0, 399), st.integers(1, 400))
def test_a_digit_is_the_same_alone_and_in_any_grid(seed: int, place: int, count: int) -> None:
    generator = untrained("modern")
    place %= count
    grid = generator.sample(latents.seed_range((seed - place) % latents.NUM_SEEDS, count))
    assert torch.equal(grid[place], generator.sample([seed])[0])


@pytest.mark.parametrize("name", ["batchnorm", "dcgan", "relu-2"])
def test_every_architecture_draws_a_digit_alike_in_any_place(name: str) -> None:
    generator = untrained(name)
    alone = generator.sample([9])[0]
    for place in range(0, 33, 5):
        assert torch.equal(generator.sample([*range(100, 100 + place), 9, 500])[place], alone)


def test_another_process_draws_the_same_digits(modern: Generator) -> None:
    code = (
        "import sys; from gan import Generator; "
        "sys.stdout.buffer.write(Generator.from_pretrained('checkpoints/modern').sample(range(40)).numpy().tobytes())"
    )
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout
    assert output == modern.sample(range(40)).numpy().tobytes()


def test_the_asked_digit_changes_and_the_handwriting_stays(modern: Generator) -> None:
    three, eight = modern.sample([7, 7], digits=[3, 8])
    assert not torch.equal(three, eight)
    assert torch.equal(modern.sample([7])[0], modern.sample([7], digits=[7])[0]), "unasked: the seed's last digit"


def test_temperature_scales_the_latent(modern: Generator) -> None:
    z, y = latents.latent([5], modern.config.latent_dim), latents.one_hot([5])
    assert torch.equal(modern.sample([5], temperature=0.5), modern.draw(z * np.float32(0.5), y))
    assert not torch.equal(modern.sample([5], temperature=0.5), modern.sample([5]))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"seeds": [-1]}, "seed must be a whole number from 0 to 4294967295"),
        ({"seeds": [2**32]}, "seed must be"),
        ({"seeds": ["abc"]}, "seed must be .*'abc'"),
        ({"seeds": [1], "digits": [11]}, "digit must be a whole number from 0 to 9, not 11"),
        ({"seeds": [1, 2], "digits": [1]}, "one digit for each seed: 2 seeds, 1 digits"),
        ({"seeds": [1], "temperature": float("nan")}, "temperature must be a number from 0.1 to 1.5, not nan"),
    ],
)
def test_bad_input_is_a_value_error_that_names_it(modern: Generator, arguments: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        modern.sample(**arguments)


def test_an_unconditional_generator_cannot_be_asked_for_a_digit() -> None:
    with pytest.raises(ValueError, match="unconditional"):
        untrained("batchnorm").sample([1], digits=[3])


def test_a_single_number_is_refused_with_the_way_to_write_it(modern: Generator) -> None:
    with pytest.raises(TypeError, match=r"as \[7\] or range\(7, 23\)"):
        modern.sample(7)  # type: ignore[arg-type]


def test_one_digit_is_asked_of_every_seed(modern: Generator) -> None:
    threes = modern.sample([7, 8], digits=[3, 3])
    for three in (3, np.int64(3)):
        assert torch.equal(modern.sample([7, 8], digits=three), threes)  # type: ignore[arg-type]
    assert torch.equal(modern.sample([7], digits=3), threes[:1])
    with pytest.raises(ValueError, match="11"):
        modern.sample([7], digits=11)
    with pytest.raises(ValueError, match="unconditional"):
        untrained("batchnorm").sample([1], digits=3)
    with pytest.raises(TypeError, match=r"as \[7\]"):
        modern.sample(np.int64(7))  # type: ignore[arg-type]


def test_changed_weights_draw_other_digits(modern: Generator) -> None:
    generator = Generator(modern.config).eval()
    generator.load_state_dict(modern.state_dict())
    assert torch.equal(generator.sample([7]), modern.sample([7]))
    with torch.no_grad():
        generator.layers[0].weight.mul_(1.5)
    changed = generator.sample([7])
    assert not torch.equal(changed, modern.sample([7]))
    generator.load_state_dict(modern.state_dict(), assign=True)
    assert torch.equal(generator.sample([7]), modern.sample([7]))


def test_no_digits_are_an_empty_picture(modern: Generator) -> None:
    assert tuple(modern.sample([]).shape) == (0, 28, 28)


def test_minibatch_std_tells_variety_from_repetition() -> None:
    """A group of four equal samples has standard deviation 0 (up to the 1e-8 under the root), a varied one has more."""
    equal = _minibatch_std(torch.ones(4, 8), 4)
    varied = _minibatch_std(torch.arange(32.0).view(4, 8), 4)
    torch.testing.assert_close(equal, torch.full((4, 1), 1e-4))
    torch.testing.assert_close(varied, torch.full((4, 1), float(np.std([0, 8, 16, 24]))))


def test_minibatch_std_refuses_a_batch_it_cannot_group() -> None:
    d = Discriminator(DiscriminatorConfig(minibatch_std=4))
    with pytest.raises(ValueError, match="groups 4 samples, which does not divide the batch of 6"):
        d(torch.zeros(6, 784))


def test_class_std_tells_variety_within_a_class_from_classes_that_differ() -> None:
    y = torch.eye(10)[[3, 7, 3, 7]]
    features = torch.arange(32.0).view(4, 8)
    torch.testing.assert_close(_class_std(features, y), torch.full((4, 1), float(np.std([0, 16]))))
    repeated = features[[0, 1, 0, 1]]  # two classes that differ, each drawn alike
    torch.testing.assert_close(_class_std(repeated, y), torch.full((4, 1), 1e-4))
    torch.testing.assert_close(_class_std(features, None), torch.full((4, 1), float(np.std([0, 8, 16, 24]))))


def test_sampling_leaves_a_training_generator_training() -> None:
    generator = Generator(GeneratorConfig(batch_norm="all")).train()
    before = [b.clone() for b in generator.buffers()]
    generator.sample([1, 2, 3])
    assert generator.training
    assert all(torch.equal(a, b) for a, b in zip(before, generator.buffers(), strict=True))
