"""One step of every recipe against a plain transcription of its source's maths, and the remedies one by one.

The transcriptions share no code with `gan`: networks are written as their sources write them (sigmoid at the end,
`BCELoss`), the optimiser is plain Adam, and everything runs in float64 so that 1e-6 means agreement, not luck.
"""

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gan.config import DiscriminatorConfig
from gan.data import Dataset
from gan.errors import UserError
from gan.networks import Discriminator
from gan.recipes import RECIPES, Recipe
from gan.training.trainer import Trainer
from tests.training.float64 import compute_in_float64

TOLERANCE = 1e-6


class Step:
    """One step of our trainer in float64, and everything that a transcription needs to repeat it."""

    def __init__(self, recipe: Recipe, data: Dataset):
        self.trainer = Trainer(recipe, data, seed=3)
        compute_in_float64(self.trainer)
        self.g0 = copy.deepcopy(self.trainer.generator)
        self.d0 = copy.deepcopy(self.trainer.discriminator)
        batches = self.trainer.batches.of_step(0)
        self.for_d, self.for_g = batches.discriminator, batches.generator
        self.trainer.step()
        self.statistics = self.trainer.read_statistics()

    def check(self, g: nn.Module, d: nn.Module, g_loss: torch.Tensor, d_loss: torch.Tensor) -> None:
        assert self.statistics["g_loss"] == pytest.approx(g_loss.item(), abs=TOLERANCE)
        assert self.statistics["d_loss"] == pytest.approx(d_loss.item(), abs=TOLERANCE)
        for ours, theirs in ((self.trainer.generator, g), (self.trainer.discriminator, d)):
            pairs = list(zip(ours.parameters(), theirs.parameters(), strict=True))
            assert pairs
            for mine, reference in pairs:
                torch.testing.assert_close(mine, reference, atol=TOLERANCE, rtol=0)


def with_weights_of(ours: nn.Module, theirs: nn.Module) -> nn.Module:
    """A transcribed network in float64 with our network's weights, matched by order and shape."""
    theirs.double()
    with torch.no_grad():
        for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
            reference.copy_(mine)
    return theirs


def adam(
    network: nn.Module, rate: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
) -> torch.optim.Adam:
    return torch.optim.Adam(network.parameters(), lr=rate, betas=betas, eps=eps, foreach=False, fused=False)


def leaky() -> nn.LeakyReLU:
    return nn.LeakyReLU(0.2)


def linear_stack(widths: list[int], activation: type[nn.Module] | object, last: nn.Module) -> nn.Sequential:
    layers: list[nn.Module] = []
    for a, b in zip(widths[:-2], widths[1:-1], strict=True):
        layers += [nn.Linear(a, b), activation()]  # type: ignore[operator]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]), last)


TUTORIALS = {  # generator, discriminator, Adam's rate and betas, written out from the table of sources
    "relu-2": ([100, 256, 784], nn.ReLU, [784, 256, 1], 2e-4, (0.9, 0.999)),
    "relu-3": ([100, 256, 256, 784], nn.ReLU, [784, 256, 256, 1], 3e-4, (0.9, 0.999)),
    "leaky-2": ([100, 256, 784], leaky, [784, 256, 1], 2e-4, (0.9, 0.999)),
    "leaky-3": ([100, 256, 512, 784], leaky, [784, 512, 256, 1], 2e-4, (0.5, 0.999)),
}


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_step_is_its_sources_maths(name: str, toy_data: Dataset) -> None:
    g_widths, activation, d_widths, rate, betas = TUTORIALS[name]
    step = Step(RECIPES[name], toy_data)
    g = with_weights_of(step.g0, linear_stack(g_widths, activation, nn.Tanh()))
    d = with_weights_of(step.d0, linear_stack(d_widths, leaky, nn.Sigmoid()))
    g_adam, d_adam, bce = adam(g, rate, betas), adam(d, rate, betas), nn.BCELoss()
    (batch,) = step.for_d
    n = len(batch.real)
    ones, zeros = torch.ones(n, 1).double(), torch.zeros(n, 1).double()

    # D first, on a detached fake batch
    fake = g(batch.latents)
    d_loss = bce(d(batch.real), ones) + bce(d(fake.detach()), zeros)
    d_adam.zero_grad()
    d_loss.backward()
    d_adam.step()
    # then G: leaky-2 shows D the same fake batch again, the others draw a new one
    if name != "leaky-2":
        fake = g(step.for_g.latents)
    g_loss = bce(d(fake), ones)
    g_adam.zero_grad()
    g_loss.backward()
    g_adam.step()

    step.check(g, d, g_loss, d_loss)


def test_a_batchnorm_step_is_its_sources_maths(toy_data: Dataset) -> None:
    step = Step(RECIPES["batchnorm"], toy_data)

    def block(a: int, b: int, normalise: bool = True) -> list[nn.Module]:
        return [nn.Linear(a, b), *([nn.BatchNorm1d(b, momentum=0.8)] if normalise else []), leaky()]

    g = nn.Sequential(
        *block(100, 128, normalise=False),
        *block(128, 256),
        *block(256, 512),
        *block(512, 1024),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    g = with_weights_of(step.g0, g)
    d = with_weights_of(step.d0, linear_stack([784, 512, 256, 1], leaky, nn.Identity()))
    g_adam, d_adam = adam(g, 2e-4, (0.5, 0.999)), adam(d, 2e-4, (0.5, 0.999))
    bce = nn.BCEWithLogitsLoss()
    (batch,) = step.for_d
    n = len(batch.real)
    ones, zeros = torch.ones(n, 1).double(), torch.zeros(n, 1).double()

    g_adam.zero_grad()
    fake = g(batch.latents)
    g_loss = bce(d(fake), ones)
    g_loss.backward()
    g_adam.step()
    d_adam.zero_grad()
    d_loss = (bce(d(batch.real), ones) + bce(d(fake.detach()), zeros)) / 2
    d_loss.backward()
    d_adam.step()

    step.check(g, d, g_loss, d_loss)
    ours = [m for m in step.trainer.generator.modules() if isinstance(m, nn.BatchNorm1d)]
    theirs = [m for m in g.modules() if isinstance(m, nn.BatchNorm1d)]
    for mine, reference in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.running_mean, reference.running_mean, atol=TOLERANCE, rtol=0)
        torch.testing.assert_close(mine.running_var, reference.running_var, atol=TOLERANCE, rtol=0)


def test_a_dcgan_step_is_its_papers_maths(toy_data: Dataset) -> None:
    step = Step(replace(RECIPES["dcgan"], batch_size=16), toy_data)
    g = nn.Sequential(
        nn.ConvTranspose2d(100, 128, 7, 1, 0, bias=False),
        nn.BatchNorm2d(128),
        nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1),
        nn.Tanh(),
    )
    d = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1),
        leaky(),
        nn.Conv2d(64, 128, 4, 2, 1, bias=False),
        nn.BatchNorm2d(128),
        leaky(),
        nn.Flatten(),
        nn.Linear(128 * 49, 1),
        nn.Sigmoid(),
    )
    g, d = with_weights_of(step.g0, g), with_weights_of(step.d0, d)
    g_adam, d_adam, bce = adam(g, 2e-4, (0.5, 0.999)), adam(d, 2e-4, (0.5, 0.999)), nn.BCELoss()
    ones, zeros = torch.ones(16, 1).double(), torch.zeros(16, 1).double()

    (batch,) = step.for_d
    real = batch.real.view(16, 1, 28, 28)
    d_loss = bce(d(real), ones) + bce(d(g(batch.latents.view(16, 100, 1, 1)).detach()), zeros)
    d_loss.backward()
    d_adam.step()
    g_adam.zero_grad()
    g_loss = bce(d(g(step.for_g.latents.view(16, 100, 1, 1))), ones)
    g_loss.backward()
    g_adam.step()

    step.check(g, d, g_loss, d_loss)


def test_a_wgan_gp_step_is_its_papers_maths(toy_data: Dataset) -> None:
    step = Step(RECIPES["wgan-gp"], toy_data)
    g = with_weights_of(step.g0, linear_stack([100, 256, 512, 784], leaky, nn.Tanh()))
    d = with_weights_of(step.d0, linear_stack([784, 512, 256, 1], leaky, nn.Identity()))
    g_adam, d_adam = adam(g, 1e-4, (0.0, 0.9)), adam(d, 1e-4, (0.0, 0.9))

    assert len(step.for_d) == 5  # algorithm 1: five critic iterations, each on its own batch
    losses = []
    for batch in step.for_d:
        fake = g(batch.latents).detach()
        between = (batch.epsilon * batch.real + (1 - batch.epsilon) * fake).requires_grad_()
        (gradient,) = torch.autograd.grad(d(between).sum(), between, create_graph=True)
        loss = d(fake).mean() - d(batch.real).mean()
        losses.append(loss)
        d_adam.zero_grad()
        (loss + 10 * ((gradient.norm(dim=1) - 1) ** 2).mean()).backward()
        d_adam.step()
    g_loss = -d(g(step.for_g.latents)).mean()
    g_adam.zero_grad()
    g_loss.backward()
    g_adam.step()

    step.check(g, d, g_loss, losses[-1])


class PlainModernGenerator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(100, 10))
        self.body = nn.Sequential(
            *[
                m
                for a, b in [(200, 512), (512, 512), (512, 512)]
                for m in (nn.Linear(a, b), nn.BatchNorm1d(b), leaky())
            ],
            nn.Linear(512, 784),
            nn.Tanh(),
        )

    def forward(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x = torch.cat([z, self.table.T[y.argmax(1)]], dim=1)
        return self.body(x / (x.pow(2).mean(1, keepdim=True) + 1e-8).sqrt())


class PlainModernDiscriminator(nn.Module):
    def __init__(self, groups: str) -> None:
        super().__init__()
        self.groups = groups
        self.body = nn.Sequential(
            *[m for a, b in [(784, 512), (512, 512), (512, 512)] for m in (nn.Linear(a, b), leaky())]
        )
        self.head = nn.Linear(513, 1)
        self.table = nn.Linear(10, 512, bias=False)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        h = self.body(x)
        n = len(h)
        spread = torch.zeros(n, 1).double()
        if self.groups == "class":
            groups = [(y.argmax(1) == c).nonzero()[:, 0] for c in range(10)]
        else:  # of four: samples first, first + n/4, …
            groups = [torch.arange(first, n, n // 4) for first in range(n // 4)]
        for members in filter(len, groups):
            deviation = (h[members].var(dim=0, unbiased=False) + 1e-8).sqrt().mean()
            spread = spread.index_put((members,), deviation.expand(len(members), 1))
        logits = self.head(torch.cat([h, spread], dim=1))[:, 0]
        return logits + torch.einsum("nf,nf->n", h, self.table.weight.T[y.argmax(1)]) / math.sqrt(512)


@pytest.mark.parametrize("groups", ["class", "of four"])
def test_a_modern_step_is_its_stated_maths(groups: str, toy_data: Dataset) -> None:
    shown = {"class": {"class_std": True, "minibatch_std": 0}, "of four": {"class_std": False, "minibatch_std": 4}}
    step = Step(replace(RECIPES["modern"], **shown[groups]), toy_data)
    g = with_weights_of(step.g0, PlainModernGenerator())
    d = with_weights_of(step.d0, PlainModernDiscriminator(groups))
    g_adam, d_adam = adam(g, 5e-4, (0.0, 0.99), eps=1e-4), adam(d, 5e-4, (0.0, 0.99))
    (batch,) = step.for_d
    real, y = moved(batch.real, batch.real_shift).requires_grad_(), batch.classes

    logits = d(real, y)
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    fake = moved(g(batch.latents, y).detach(), batch.fake_shift)
    d_loss = F.softplus(-logits).mean() + F.softplus(d(fake, y)).mean()
    (d_loss + 0.1 / 2 * gradient.pow(2).sum(1).mean()).backward()
    d_adam.step()
    g_adam.zero_grad()
    g_loss = F.softplus(-d(moved(g(step.for_g.latents, y), step.for_g.fake_shift), y)).mean()
    g_loss.backward()
    g_adam.step()

    step.check(g, d, g_loss, d_loss)
    assert step.trainer.ema
    for average, new, old in zip(
        step.trainer.ema.generator.parameters(), g.parameters(), step.g0.parameters(), strict=True
    ):
        torch.testing.assert_close(average, 0.1 * old + 0.9 * new, atol=TOLERANCE, rtol=0)  # 1 / 10 at first


# Remedies, each switched on in relu-2 and repeated by hand

BASE = replace(RECIPES["relu-2"], batch_size=32)


def plain_logits(step: Step) -> tuple[nn.Module, nn.Module]:
    g = with_weights_of(step.g0, linear_stack([100, 256, 784], nn.ReLU, nn.Tanh()))
    d = with_weights_of(step.d0, linear_stack([784, 256, 1], leaky, nn.Identity()))
    return g, d


REMEDIES = {
    "least squares": {"loss": "least_squares"},
    "hinge": {"loss": "hinge"},
    "wasserstein": {"loss": "wasserstein"},
    "relativistic": {"loss": "relativistic"},
    "label smoothing": {"label_smoothing": 0.1},
    "R1": {"r1": 2.0},
    "R2": {"r2": 3.0},
    "two learning rates": {"discriminator_learning_rate": 1e-3},
    "generator first": {"order": "generator_first"},
    "shift": {"shift": 0.6},
    "relativistic and shift": {"loss": "relativistic", "shift": 0.6},
}


def moved(images: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Each image where its offset (down, right) puts it on white paper."""
    rows = []
    for image, (down, right) in zip(images.view(-1, 28, 28), offsets.tolist(), strict=True):
        paper = torch.full((30, 30), -1.0).double()
        paper[1 + down : 29 + down, 1 + right : 29 + right] = image
        rows.append(paper[1:29, 1:29].reshape(1, 784))
    return torch.cat(rows)


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_remedy_is_its_papers_maths(remedy: str, toy_data: Dataset) -> None:
    step = Step(replace(BASE, **REMEDIES[remedy]), toy_data)
    g, d = plain_logits(step)
    d_rate = 1e-3 if remedy == "two learning rates" else 2e-4
    g_adam, d_adam = adam(g, 2e-4), adam(d, d_rate)
    (batch,) = step.for_d
    real, z_d, z_g = batch.real, batch.latents, step.for_g.latents
    losses: dict[str, torch.Tensor] = {}

    def update_d() -> None:
        x, fake = real.clone().requires_grad_(), g(z_d).detach().requires_grad_()
        if "shift" in remedy:
            x, fake = moved(real, batch.real_shift), moved(fake, batch.fake_shift)
        real_logits, fake_logits = d(x), d(fake)
        p, q = real_logits.sigmoid(), fake_logits.sigmoid()
        if remedy == "least squares":
            loss = ((real_logits - 1) ** 2).mean() / 2 + (fake_logits**2).mean() / 2
        elif remedy == "hinge":
            loss = torch.clamp(1 - real_logits, min=0).mean() + torch.clamp(1 + fake_logits, min=0).mean()
        elif remedy == "wasserstein":
            loss = -(real_logits.mean() - fake_logits.mean())
        elif "relativistic" in remedy:
            loss = -(real_logits - fake_logits).sigmoid().log().mean()
        elif remedy == "label smoothing":
            loss = -(0.9 * p.log() + 0.1 * (1 - p).log()).mean() - (1 - q).log().mean()
        else:
            loss = -p.log().mean() - (1 - q).log().mean()
        penalty = torch.zeros(())
        if remedy == "R1":
            penalty = 2.0 / 2 * torch.autograd.grad(p.logit().sum(), x, create_graph=True)[0].pow(2).sum(1).mean()
        if remedy == "R2":
            penalty = 3.0 / 2 * torch.autograd.grad(q.logit().sum(), fake, create_graph=True)[0].pow(2).sum(1).mean()
        d_adam.zero_grad()
        (loss + penalty).backward()
        d_adam.step()
        losses["d"] = loss

    def update_g() -> None:
        fake, shown = g(z_g), real
        if "shift" in remedy:
            shown, fake = moved(real, step.for_g.real_shift), moved(fake, step.for_g.fake_shift)
        logits = d(fake)
        if remedy == "least squares":
            loss = ((logits - 1) ** 2).mean() / 2
        elif remedy in ("hinge", "wasserstein"):
            loss = -logits.mean()
        elif "relativistic" in remedy:
            loss = -(logits - d(shown)).sigmoid().log().mean()
        else:
            loss = -logits.sigmoid().log().mean()
        g_adam.zero_grad()
        loss.backward()
        g_adam.step()
        losses["g"] = loss

    for update in (update_g, update_d) if remedy == "generator first" else (update_d, update_g):
        update()
    step.check(g, d, losses["g"], losses["d"])


def test_spectral_norm_bounds_each_layers_gain() -> None:
    torch.manual_seed(0)
    d = Discriminator(DiscriminatorConfig(widths=(64, 32), spectral_norm=True))
    for _ in range(200):  # each training forward is one more power iteration
        d(torch.randn(4, 784))
    d.eval()
    for layer in d.modules():
        if isinstance(layer, nn.Linear):
            assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_learns_a_toy_data_set_a_little(name: str, toy_data: Dataset) -> None:
    """Ten steps move both networks, and nothing becomes infinite."""
    trainer = Trainer(replace(RECIPES[name], batch_size=16), toy_data)
    networks = (trainer.generator, trainer.discriminator)
    before = [[p.clone() for p in network.parameters()] for network in networks]
    for _ in range(10):
        trainer.step()
    assert all(math.isfinite(v) for v in trainer.read_statistics().values())
    for old, network in zip(before, networks, strict=True):
        assert any(not torch.equal(a, b) for a, b in zip(old, network.parameters(), strict=True))


def test_a_loss_that_is_not_finite_is_reported_with_its_step(toy_data: Dataset) -> None:
    trainer = Trainer(BASE, toy_data)
    for _ in range(5):
        trainer.step()
    trainer.read_statistics()
    for _ in range(3):
        trainer.step()
    with torch.no_grad():
        next(trainer.generator.parameters()).fill_(math.nan)
    for _ in range(4):
        trainer.step()
    with pytest.raises(UserError, match=r"at step 9: lower --learning-rate"):
        trainer.read_statistics()


def test_weights_that_the_last_update_broke_are_reported(toy_data: Dataset) -> None:
    trainer = Trainer(BASE, toy_data)
    trainer.step()
    with torch.no_grad():
        next(trainer.discriminator.parameters())[0] = math.inf
    with pytest.raises(UserError, match="weights became infinite or NaN at step 1: lower"):
        trainer.check_finite()
