"""Every recipe as data, with its source or reason beside each number.

The first five are well-known tutorials, kept as their authors wrote them; only the losses are computed on logits (the
same maths, without overflow) and the pixels are scaled to −1 … 1 everywhere.
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Literal

from tyro.conf import Suppress

from gan.config import NUM_CLASSES, DiscriminatorConfig, GeneratorConfig
from gan.errors import UserError

Loss = Literal["non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]

MAX_INPUTS = 1040  # of a row of G's weights: 127 · 127 · 1040 < 2²⁴, so that no weights make its integer form inexact
MAX_CHANNELS = MAX_INPUTS // 4  # of DCGAN's, since an output pixel sees two by two inputs


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The networks, the objective, the optimiser and the schedule.

    Raises:
        UserError: a number is out of its range; the message names the field, the range and the number.
    """

    summary: Suppress[str]
    source: Suppress[str]

    architecture: Literal["mlp", "dcgan"] = "mlp"
    """Multilayer perceptrons, or the (transposed) convolutions of DCGAN for comparison."""
    latent_dim: int = 100
    """Numbers in a latent, 1 … 1024, or 1 … 940 with classes. All sources take 100 or close to it."""
    generator_widths: tuple[int, ...] = (256,)
    """Hidden layers of the generator, from the latent on, each of at most 1040 (dcgan: 260) units."""
    generator_activation: Literal["relu", "leaky_relu"] = "leaky_relu"
    """Leaky ReLU (negative slope 0.2) keeps a gradient for negative inputs; ReLU lets units die."""
    generator_batch_norm: Literal["none", "all", "after_first"] = "none"
    """Batch normalisation in the generator's hidden layers: lets deep generators train at high rates."""
    batch_norm_momentum: float = 0.1
    """Weight of the newest batch in BatchNorm's running statistics, above 0 and up to 1."""
    discriminator_widths: tuple[int, ...] = (256,)
    """Hidden layers of the discriminator, from the pixels on."""
    conditional: bool = False
    """Tell both networks the class: an embedding in G, projection in D (Miyato & Koyama 2018)."""
    normalize_input: bool = False
    """Scale latent and embedding together to unit root mean square before G's first layer."""
    spectral_norm: bool = False
    """Divide each weight of D by its largest singular value (Miyato et al. 2018): bounds D's gradient."""
    minibatch_std: int = 0
    """Show D the variety within groups of this many samples (Karras et al. 2018), 0 = off; must divide the batch."""
    class_std: bool = False
    """Show D the variety within each class of the batch, or within all of it where D is told no class."""

    loss: Loss = "non_saturating"
    """non_saturating (Goodfellow 2014), least_squares (Mao 2017), hinge (Lim & Ye 2017), wasserstein (Arjovsky 2017),
    relativistic (Jolicoeur-Martineau 2018)."""
    discriminator_loss_scale: float = 1.0
    """Factor on D's loss; 0.5 where a source averages the losses on real and fake."""
    label_smoothing: float = 0.0
    """Real labels become 1 − this in D's loss (Salimans et al. 2016), 0 … 0.5; non_saturating only."""
    r1: float = 0.0
    """Weight γ of ½γ‖∇D(real)‖² (Mescheder et al. 2018): keeps D's gradient small where the data is."""
    r2: float = 0.0
    """The same on fakes, ½γ‖∇D(fake)‖²."""
    gradient_penalty: float = 0.0
    """Weight of (‖∇D(x̂)‖ − 1)² between real and fake (Gulrajani et al. 2017)."""

    shift: float = 0.0
    """Probability that D sees an image, real or fake, moved by up to a pixel in each direction, 0 … 1: D learns
    the training images by heart less fast (Karras et al. 2020). Below 1, so that G doesn't learn to draw moved
    digits."""

    order: Literal["discriminator_first", "generator_first"] = "discriminator_first"
    """Which network is updated first in a step."""
    reuse_fake: bool = False
    """G's update and D's last update of a step see the same fake images, instead of new ones each."""
    discriminator_steps: int = 1
    """D's updates in a step, each on its own real batch, 1 … 100."""

    batch_size: int = 64
    """Real images in an update, and as many fake ones; of all processes together."""
    epochs: int = 20
    """Passes over the data."""
    learning_rate: float = 2e-4
    """Adam's step size, of both networks unless D has its own."""
    discriminator_learning_rate: float | None = None
    """D's own step size (two time-scale update rule, Heusel et al. 2017)."""
    beta1: float = 0.9
    """Adam's momentum; GANs train steadier with 0.5 or 0, since their target moves."""
    beta2: float = 0.999
    """Adam's memory of squared gradients."""
    generator_adam_eps: float = 1e-8
    """Adam's ε in G's update. Weights of pixels that are hardly ever inked have gradients of 1e-6, and Adam blows them
    up to full steps: the digits get specks. 1e-4 leaves such weights alone and hardly slows the others."""
    decay_start: float = 1.0
    """Fraction of the run after which the learning rate falls along a half cosine; 1 = constant."""
    decay_to: float = 0.05
    """Fraction of the learning rate that is left at the end of the decay."""
    discriminator_decay_to: float | None = None
    """D's own fraction, where there is a decay; 1 keeps its rate. Where D's rate falls with G's, D begins to
    learn the images by heart."""
    moving_average: float = 0.0
    """Decay per step of the exponential moving average of G's weights (Yazıcı et al. 2018), which is then saved in
    their place; 0 = no average."""

    temperature: float = 1.0
    """Scale of the latents in this recipe's sample grids."""

    def __post_init__(self) -> None:
        def require(ok: bool, name: str, allowed: str) -> None:
            if not ok:
                raise UserError(f"{name} must be {allowed}, not {getattr(self, name)!r}")

        for field in fields(self):
            value = getattr(self, field.name)
            require(not isinstance(value, float) or math.isfinite(value), field.name, "finite")
        most = MAX_CHANNELS if self.architecture == "dcgan" else MAX_INPUTS
        for name, widest in (("generator_widths", most), ("discriminator_widths", 16384)):
            widths = getattr(self, name)
            fit = 0 < len(widths) <= 16 and all(1 <= w <= widest for w in widths)
            require(fit, name, f"1 to 16 widths of 1 … {widest}")
        if self.architecture == "dcgan":
            for name in ("generator_widths", "discriminator_widths"):
                require(len(getattr(self, name)) == 2, name, "two channel counts with dcgan")
            require(self.generator_batch_norm == "all", "generator_batch_norm", "all with dcgan")
        require(1 <= self.latent_dim <= 1024, "latent_dim", "from 1 to 1024")
        embedded = GeneratorConfig.embedding_dim if self.conditional else 0
        longest = MAX_INPUTS - embedded
        require(self.latent_dim <= longest, "latent_dim", f"at most {longest}, beside an embedding of {embedded}")
        require(0 < self.batch_norm_momentum <= 1, "batch_norm_momentum", "above 0 and at most 1")
        require(self.batch_size >= 2, "batch_size", "at least 2")
        require(1 <= self.epochs <= 100_000, "epochs", "from 1 to 100000")
        require(1 <= self.discriminator_steps <= 100, "discriminator_steps", "from 1 to 100")
        require(0 < self.learning_rate <= 1, "learning_rate", "above 0 and at most 1")
        d_rate = self.discriminator_learning_rate
        require(d_rate is None or 0 < d_rate <= 1, "discriminator_learning_rate", "above 0 and at most 1")
        require(0 <= self.beta1 < 1, "beta1", "from 0 to below 1")
        require(0 <= self.beta2 < 1, "beta2", "from 0 to below 1")
        require(0 < self.generator_adam_eps <= 1, "generator_adam_eps", "above 0 and at most 1")
        require(0 <= self.decay_start <= 1, "decay_start", "from 0 to 1")
        require(0 <= self.decay_to <= 1, "decay_to", "from 0 to 1")
        d_decay = self.discriminator_decay_to
        require(d_decay is None or 0 <= d_decay <= 1, "discriminator_decay_to", "from 0 to 1")
        require(0 <= self.moving_average < 1, "moving_average", "from 0 to below 1")
        require(0 <= self.label_smoothing <= 0.5, "label_smoothing", "from 0 to 0.5")
        require(not self.label_smoothing or self.loss == "non_saturating", "label_smoothing", "0 with this loss")
        require(self.discriminator_loss_scale > 0, "discriminator_loss_scale", "above 0")
        require(0 <= self.shift <= 1, "shift", "from 0 to 1")
        for name in ("r1", "r2", "gradient_penalty"):
            require(getattr(self, name) >= 0, name, "0 or more")
        require(0.1 <= self.temperature <= 1.5, "temperature", "from 0.1 to 1.5")
        group = self.minibatch_std
        require(group == 0 or group >= 2, "minibatch_std", "0 (off) or at least 2")
        require(
            not group or self.batch_size % group == 0, "minibatch_std", f"a divisor of batch_size {self.batch_size}"
        )

    @property
    def learning_rates(self) -> tuple[float, float]:
        """Adam's step sizes of G and of D, before any decay."""
        d_rate = self.discriminator_learning_rate
        return self.learning_rate, self.learning_rate if d_rate is None else d_rate

    def generator_config(self) -> GeneratorConfig:
        """The part of the recipe that determines the generator's tensors."""
        return GeneratorConfig(
            architecture=self.architecture,
            latent_dim=self.latent_dim,
            widths=self.generator_widths,
            activation=self.generator_activation,
            batch_norm=self.generator_batch_norm,
            batch_norm_momentum=self.batch_norm_momentum,
            num_classes=NUM_CLASSES if self.conditional else 0,
            normalize_input=self.normalize_input,
        )

    def discriminator_config(self) -> DiscriminatorConfig:
        """The part of the recipe that determines the discriminator's tensors."""
        return DiscriminatorConfig(
            architecture=self.architecture,
            widths=self.discriminator_widths,
            num_classes=NUM_CLASSES if self.conditional else 0,
            minibatch_std=self.minibatch_std,
            class_std=self.class_std,
            spectral_norm=self.spectral_norm,
        )

    def as_dict(self) -> dict:
        """The fields as JSON values."""
        return asdict(self)


RECIPES: dict[str, Recipe] = {
    # 100-256-784 against 784-256-1, both with ReLU-like units and a sigmoid: the smallest GAN that draws digits.
    "relu-2": Recipe(
        summary="two layers each, ReLU in G: the smallest GAN that draws digits",
        source="tutorial 《AI开发:生成式对抗网络入门》",
        generator_widths=(256,),
        generator_activation="relu",
        discriminator_widths=(256,),
        batch_size=64,  # source
        epochs=10,  # source
        learning_rate=2e-4,  # source; Adam's default betas
    ),
    "relu-3": Recipe(
        summary="three layers each, ReLU in G",
        source="tutorial 《PyTorch快速入门教程十》",
        generator_widths=(256, 256),
        generator_activation="relu",
        discriminator_widths=(256, 256),
        batch_size=128,  # as leaky-3
        epochs=100,  # source
        learning_rate=3e-4,  # source; Adam's default betas
    ),
    "leaky-2": Recipe(
        summary="two layers each, LeakyReLU in G, one fake batch for both updates",
        source="tutorial 《GAN:原理、应用与实践》",
        generator_widths=(256,),
        discriminator_widths=(256,),
        reuse_fake=True,  # source: G's update sees the fake batch that was drawn for D
        batch_size=64,  # source
        epochs=20,  # source
        learning_rate=2e-4,  # source; Adam's default betas
    ),
    "leaky-3": Recipe(
        summary="three layers each, LeakyReLU in G, long schedule",
        source="tutorial 《pytorch GAN伪造手写体mnist数据集方式》 (forgets to scale its pixels: scaled here)",
        generator_widths=(256, 512),
        discriminator_widths=(512, 256),
        batch_size=128,  # source
        epochs=200,  # source
        learning_rate=2e-4,  # source
        beta1=0.5,  # source, after DCGAN
        temperature=0.6,  # source: draws its samples from 0.6 times a normal latent
    ),
    "batchnorm": Recipe(
        summary="five layers in G with batch normalisation: the tutorial GAN most people meet",
        source="tutorial 《利用多层感知机MLP实现GAN网络(pytorch版)》",
        generator_widths=(128, 256, 512, 1024),  # source: 1,510,032 parameters with the output layer
        generator_batch_norm="after_first",  # source
        batch_norm_momentum=0.8,  # source, by name (another code base passes 0.8 by position and sets eps)
        discriminator_widths=(512, 256),  # source: 533,505 parameters
        discriminator_loss_scale=0.5,  # source: the mean of the losses on real and fake
        order="generator_first",  # source
        reuse_fake=True,  # source
        batch_size=64,  # source
        epochs=200,  # source
        learning_rate=2e-4,  # source
        beta1=0.5,  # source, after DCGAN
    ),
    "dcgan": Recipe(
        summary="convolutions instead of perceptrons, for comparison",
        source="Radford, Metz, Chintala: Unsupervised representation learning with deep convolutional GANs (2015)",
        architecture="dcgan",
        generator_widths=(128, 64),  # channels at 7×7 and 14×14; the paper's 1024 … 128 are for 64×64 colour images
        generator_activation="relu",  # paper: ReLU in G, LeakyReLU 0.2 in D
        generator_batch_norm="all",  # paper: every layer but G's output and D's input
        discriminator_widths=(64, 128),  # channels at 14×14 and 7×7, G's the other way round as in the paper
        batch_size=128,  # paper
        epochs=20,
        learning_rate=2e-4,  # paper
        beta1=0.5,  # paper
    ),
    "wgan-gp": Recipe(
        summary="Wasserstein loss with gradient penalty, five critic steps for one of G",
        source="Gulrajani et al.: Improved training of Wasserstein GANs (2017), on leaky-3's networks",
        generator_widths=(256, 512),
        discriminator_widths=(512, 256),
        loss="wasserstein",
        gradient_penalty=10.0,  # paper
        discriminator_steps=5,  # paper
        batch_size=64,  # paper
        epochs=200,  # as leaky-3, whose networks it shares
        learning_rate=1e-4,  # paper
        beta1=0.0,  # paper
        beta2=0.9,  # paper
    ),
    "quick": Recipe(
        summary="modern in minutes: smaller networks, higher rates, no annealing",
        source="this project",
        generator_widths=(256, 256, 256),  # 2.5 steps in the time of one of modern's; 384 was farther by then
        generator_batch_norm="all",  # as modern
        discriminator_widths=(256, 256, 256),  # as G
        conditional=True,  # as modern
        normalize_input=True,  # as modern
        class_std=True,  # as modern; without it a class had .81 of the variance of real digits, with it .9
        r1=0.2,  # twice modern's, whose rates are lower
        batch_size=64,  # twice as many steps an epoch as with modern's
        epochs=12,
        learning_rate=2e-3,  # four times modern's: little time, and the average evens out the noise
        discriminator_learning_rate=1e-3,  # twice modern's; at 2e-3 it was farther
        beta1=0.0,  # as modern; with 0.5 the distance was twice as far at equal time
        beta2=0.99,  # as modern
        moving_average=0.999,  # averages over about one epoch; annealing instead needs more time
    ),
    "modern": Recipe(
        summary="our best: class-conditional, penalised, averaged and annealed; still two perceptrons",
        source="this project",
        generator_widths=(512, 512, 512),
        generator_batch_norm="all",  # trains at 2.5 times the tutorials' learning rate
        discriminator_widths=(512, 512, 512),
        conditional=True,  # the largest single step: unconditional perceptrons collapsed under R1
        normalize_input=True,  # latent and embedding enter at one scale
        class_std=True,  # makes missing variety within a class visible to D: 0.93 of real digits' variance became 1.00
        r1=0.1,  # weaker than the usual 1 … 10: digits are nearly black and white, so D needs large gradients
        shift=0.5,  # without it D tells training digits from test digits: three fifths of its margin was memory
        batch_size=128,  # half the noise of 64 in a step at little more time
        epochs=160,
        learning_rate=5e-4,
        beta1=0.0,  # R1's authors and StyleGAN: momentum overshoots a moving opponent
        beta2=0.99,  # the same
        generator_adam_eps=1e-4,  # most specks go
        decay_start=0.3,
        decay_to=0.01,
        discriminator_decay_to=1.0,  # if it fell as well, D would learn the digits by heart
        moving_average=0.9995,  # averages over about four epochs
    ),
}
