// Ways to break the fight, and a remedy for each: other values of the knobs of the recipe "small". A test runs them and
// measures that each fails, and is cured, as the page says.

const SMALL = {
  learning_rate: 2e-3,
  discriminator_learning_rate: 1e-3,
  discriminator_steps: 1,
  beta1: 0,
  r1: 0.1,
  limit: 10000,
};

export const PRESETS = {
  collapse: {
    broken: { ...SMALL, beta1: 0.9, r1: 0, discriminator_learning_rate: 2e-4 },
    cure: SMALL,
  },
  strong_d: {
    broken: { ...SMALL, r1: 0, learning_rate: 2e-4, discriminator_learning_rate: 3e-3, discriminator_steps: 5 },
    cure: { ...SMALL, r1: 0.3 },
  },
  strong_g: { broken: { ...SMALL, r1: 0, discriminator_learning_rate: 1e-5 }, cure: SMALL },
  overfit: {
    broken: { ...SMALL, r1: 0, discriminator_steps: 5, limit: 500 },
    cure: SMALL,
  },
};
