"""What the updates of a step look at: every image once an epoch, and random numbers of the seed and the step alone."""

import hashlib
from dataclasses import replace

import pytest
import torch

from gan.data import Dataset
from gan.errors import UserError
from gan.recipes import RECIPES
from gan.training.batches import Batches

BASE = replace(RECIPES["relu-2"], batch_size=32)


def test_an_epoch_shows_every_image_once_in_an_order_of_its_own(toy_data: Dataset) -> None:
    numbered = Dataset("numbered", torch.arange(1024).to(torch.float64)[:, None], toy_data.labels)
    batches = Batches(replace(BASE, batch_size=64, discriminator_steps=2), numbered)
    epochs = []
    for epoch in range(2):
        steps = range(epoch * batches.steps_per_epoch, (epoch + 1) * batches.steps_per_epoch)
        updates = [update for step in steps for update in batches.of_step(step).discriminator]
        epochs.append([round((value + 1) * 127.5) for update in updates for value in update.real[:, 0].tolist()])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(1024))
    assert epochs[0] != epochs[1] != list(range(1024))


def test_images_come_with_their_own_classes(toy_data: Dataset) -> None:
    (batch,) = Batches(replace(BASE, conditional=True), toy_data).of_step(3).discriminator
    assert toy_data.labels is not None
    images = (batch.real + 1) * 127.5
    for image, one_hot in zip(images, batch.classes, strict=True):  # type: ignore[arg-type]
        places = (toy_data.images.float() - image).abs().amax(dim=1) < 0.01
        assert one_hot.argmax() in toy_data.labels[places]
        assert one_hot.sum() == 1


def test_the_generators_update_has_latents_and_shifts_of_its_own(toy_data: Dataset) -> None:
    *_, last = (step := Batches(replace(BASE, shift=0.5, discriminator_steps=3), toy_data).of_step(0)).discriminator
    assert len(step.discriminator) == 3
    assert torch.equal(step.generator.real, last.real)
    assert not torch.equal(step.generator.latents, last.latents)
    assert step.generator.fake_shift is not None
    assert last.fake_shift is not None
    assert not torch.equal(step.generator.fake_shift, last.fake_shift)


def test_a_recipe_that_reuses_fake_images_has_the_last_latents_of_d_in_gs_update(toy_data: Dataset) -> None:
    step = Batches(replace(BASE, reuse_fake=True, discriminator_steps=2), toy_data).of_step(0)
    assert torch.equal(step.generator.latents, step.discriminator[-1].latents)
    assert not torch.equal(step.generator.latents, step.discriminator[0].latents)


def test_a_shift_moves_its_share_of_the_images_by_a_pixel(toy_data: Dataset) -> None:
    step = Batches(replace(BASE, shift=0.5, batch_size=128), toy_data).of_step(0)
    shifts = [batch.real_shift for batch in (*step.discriminator, step.generator)]
    shifts += [batch.fake_shift for batch in (*step.discriminator, step.generator)]
    offsets = torch.stack([s for s in shifts if s is not None])
    assert offsets.shape == (4, 128, 2)
    assert offsets.unique().tolist() == [-1, 0, 1]
    share = offsets.any(dim=-1).double().mean().item()
    assert abs(share - 0.5 * 8 / 9) < 0.1  # one of nine moves is none
    assert Batches(BASE, toy_data).of_step(0).generator.real_shift is None


@pytest.mark.parametrize("name", ["wgan-gp", "modern"])
def test_processes_share_each_batch_and_all_its_random_numbers(name: str, toy_data: Dataset) -> None:
    """Row i goes to process i mod 2."""
    whole = Batches(RECIPES[name], toy_data).of_step(1)
    shares = [Batches(RECIPES[name], toy_data, process_index=i, num_processes=2).of_step(1) for i in range(2)]
    assert len(shares[0].tensors()) == len(whole.tensors()) > 0
    for tensor, *of_processes in zip(whole.tensors(), *(share.tensors() for share in shares), strict=True):
        assert torch.equal(torch.stack(of_processes, dim=1).flatten(0, 1), tensor)


# sha256 of the random numbers of step 3 for seed 5, computed with the code of commit 3c7ce8c, before this module: runs
# that were begun earlier go on with the numbers that they would have drawn.
GOLDEN = {
    "batchnorm": "9ee8eb105576d0ff",
    "wgan-gp": "4d5a563aa8853bdb",
    "modern": "767c3f9793ed44c8",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_random_numbers_of_a_seed_never_change(name: str, toy_data: Dataset) -> None:
    step = Batches(RECIPES[name], toy_data, seed=5).of_step(3)
    batches = (*step.discriminator, step.generator)
    latents = [batch.latents for batch in (step.discriminator if RECIPES[name].reuse_fake else batches)]
    shifts = [shift for batch in batches for shift in (batch.real_shift, batch.fake_shift) if shift is not None]
    digest = hashlib.sha256()
    for tensor in (*latents, *(batch.epsilon for batch in step.discriminator), *shifts):
        digest.update(tensor.contiguous().numpy().tobytes())
    digest.update(step.generator.real.numpy().tobytes())
    assert digest.hexdigest()[:16] == GOLDEN[name]


def test_data_that_does_not_fit_the_recipe_is_refused(toy_data: Dataset) -> None:
    unlabelled = Dataset("unlabelled", toy_data.images, None)
    with pytest.raises(
        UserError, match="needs 2,048 images and the data has 1,024: add some, or choose --batch-size 1024"
    ):
        Batches(replace(BASE, batch_size=2048), toy_data)
    with pytest.raises(UserError, match="images have no labels"):
        Batches(RECIPES["modern"], unlabelled)
    assert Batches(replace(RECIPES["modern"], conditional=False), unlabelled).of_step(0).generator.classes is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"batch_size": 33}, "a batch of 33 can't be shared equally by 2 processes: choose a --batch-size that 2"),
        ({"batch_size": 36, "minibatch_std": 4}, "groups 4 samples, which does not divide the 18 of each of 2"),
        ({"batch_size": 2, "generator_batch_norm": "all"}, "BatchNorm needs two samples.* choose a --batch-size of 4"),
    ],
)
def test_a_batch_that_the_processes_cannot_share_is_refused(fields: dict, message: str, toy_data: Dataset) -> None:
    with pytest.raises(UserError, match=message):
        Batches(replace(BASE, **fields), toy_data, process_index=1, num_processes=2)
