// Adversarial losses as in gan/training/objectives.py: for a logit, the loss and its slope.

/** log(1 + eˣ) without overflow. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Cross-entropy with a label: 1 for "real".
const crossEntropy = (label) => (x) => [softplus(x) - label * x, sigmoid(x) - label];

const squared = (label) => (x) => [0.5 * (x - label) ** 2, x - label];

const margin = (sign) => (x) => (1 + sign * x > 0 ? [1 + sign * x, sign] : [0, 0]);

const signed = (sign) => (x) => [sign * x, sign];

/** What each player minimises: the means of `real` and of `fake` together, and of `generator`. */
export const LOSSES = {
  non_saturating: ({ label_smoothing: smoothing }) => ({
    real: crossEntropy(1 - smoothing),
    fake: crossEntropy(0),
    generator: crossEntropy(1),
  }),
  least_squares: () => ({ real: squared(1), fake: squared(0), generator: squared(1) }),
  hinge: () => ({ real: margin(-1), fake: margin(1), generator: signed(-1) }),
  wasserstein: () => ({ real: signed(-1), fake: signed(1), generator: signed(-1) }),
};

/** The mean of a loss over logits, times `scale`; its slopes go to `gradient`. */
export function meanLoss(loss, logits, gradient, scale = 1) {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const [value, slope] = loss(logits[i]);
    sum += value;
    gradient[i] = (scale * slope) / logits.length;
  }
  return (scale * sum) / logits.length;
}
