// The worker that trains before the visitor's eyes. The page sends commands { kind, … }; it hears
//
//   { kind: "loaded" }                                  the networks are there
//   { kind: "curves", steps, rate, … }                  means of the losses and probabilities since the last report
//   { kind: "pictures", digits, eye, logits }           what Run.look returns
//   { kind: "distance", steps, distance, alike }
//   { kind: "moved", player }                           in slow motion: who has just learned
//   { kind: "broken", steps, what, value, kept }        a number grew beyond all bounds: the run stands still
//   { kind: "saved", zip }                              a model folder
//   { kind: "drawable", steps, … }                      what `drawable` returns, for the page's engine
//   { kind: "unkept", message }                         why neither can be made
//   { kind: "failed", code, message }

import { EngineError } from "./errors.js";
import { readDigits } from "./training/digits.js";
import { FeatureNet } from "./training/features.js";
import { Kernels } from "./training/kernels.js";
import { Run } from "./training/run.js";
import { drawable, modelZip } from "./training/saving.js";

const SLICE = 40; // milliseconds of steps before messages are read
const EVERY = { curves: 120, pictures: 250, distance: 3000, keep: 2000 }; // milliseconds
const BEYOND = 1e6; // a loss of that size: nothing is learned any more. Adam's steps are bounded, so it takes long to overflow
const SOUND = 1e3; // a state with larger losses isn't kept as a good one
const MOST = 0.05; // of the time may go to each of them: a slow machine reports less often

let files = null; // { module, digits, unseen }
let measure = null;
let run = null;
let playing = false;
let pace = 0; // updates a second; 0: as fast as it goes
let turn = "discriminator"; // in slow motion
let due = {};
let told = [];
let newest = {}; // of each number, what was told last
let since = { time: 0, steps: 0 };

const next = new MessageChannel(); // comes back at once, where a timer would wait
next.port1.onmessage = () => tick();

let done = Promise.resolve(); // commands are carried out one after the other: the first waits for files

self.onmessage = ({ data }) => {
  done = done.then(() => carryOut(data));
};

async function carryOut({ kind, ...details }) {
  try {
    await COMMANDS[kind](details);
  } catch (error) {
    playing = false;
    self.postMessage({ kind: "failed", code: error.code ?? "failed", message: error.message });
  }
}

const COMMANDS = {
  /** Fetch what is needed, once, and begin a run. */
  async load({ wasm, digits, unseen, ...options }) {
    files ??= {
      module: await WebAssembly.compile(await bytesOf("engine", wasm)),
      digits: await readDigits(await bytesOf("digits", digits)),
      unseen: await readDigits(await bytesOf("digits", unseen)),
    };
    begin(options);
  },
  restart: begin,
  start() {
    if (playing || !run) return;
    playing = true;
    since = { time: performance.now(), steps: run.steps };
    tick();
  },
  pause() {
    playing = false;
    report(true);
  },
  update({ player }) {
    playing = false;
    half(player);
  },
  pace({ updates }) {
    pace = updates;
  },
  change({ knobs }) {
    run.change(knobs);
  },
  goBack() {
    playing = false;
    run.goBack();
    [told, newest] = [[], {}];
    report(true);
  },
  async save({ name, seconds }) {
    await kept(async () => {
      const zip = await modelZip(run, new Kernels(files.module), { name, seconds });
      self.postMessage({ kind: "saved", zip }, [zip.buffer]);
    });
  },
  async use() {
    await kept(async () => {
      const made = await drawable(run, new Kernels(files.module));
      self.postMessage({ kind: "drawable", steps: run.steps, ...made }, [made.weights.buffer]);
    });
  },
};

/** Keep the run in some way; where its weights can't be, it goes on all the same. */
async function kept(keepIt) {
  playing = false;
  try {
    await keepIt();
  } catch (error) {
    if (error.code !== "weights-damaged") throw error;
    self.postMessage({ kind: "unkept", message: error.message });
  }
}

function begin({ recipe, seed, limit }) {
  playing = false;
  run = null; // its memory may be used again
  run = new Run(new Kernels(files.module), { recipe, seed, limit, digits: files.digits, unseen: files.unseen });
  [told, newest] = [[], {}];
  due = { curves: 0, pictures: 0, keep: performance.now() + EVERY.keep, distance: performance.now() + EVERY.distance };
  turn = "discriminator";
  self.postMessage({ kind: "loaded" });
  pictures();
}

function tick() {
  if (!playing) return;
  if (pace) {
    half(turn);
    turn = turn === "discriminator" ? "generator" : "discriminator";
    if (playing) setTimeout(tick, 1000 / pace);
    return;
  }
  const until = performance.now() + SLICE;
  do {
    if (!taken(run.step())) return;
  } while (performance.now() < until);
  report(false);
  next.port2.postMessage(null);
}

/** One player's update, and what came of it. */
function half(player) {
  if (!taken(run.update(player))) return;
  self.postMessage({ kind: "moved", player });
  curves();
  pictures();
}

/** Take the numbers of an update; false if one is beyond all bounds, and then the run stops. */
function taken(numbers) {
  const broken = Object.keys(numbers).find((name) => !within(BEYOND, numbers[name]));
  if (broken) {
    stopBroken(broken, numbers[broken]);
    return false;
  }
  told.push(numbers);
  Object.assign(newest, numbers);
  return true;
}

const within = (bound, value) => Math.abs(value) < bound; // NaN is not

function stopBroken(what, value) {
  playing = false;
  self.postMessage({ kind: "broken", steps: run.steps, what, value, kept: run.kept.steps });
}

/** Report what is due; everything but a distance, if `all`. */
function report(all) {
  if (all) {
    curves();
    pictures();
    return;
  }
  for (const [what, tell] of Object.entries({ curves, pictures, keep, distance })) {
    if (!playing || performance.now() < due[what]) continue;
    if (what === "distance") measure ??= learnedToRead();
    const start = performance.now();
    tell();
    const cost = performance.now() - start;
    due[what] = start + Math.max(EVERY[what], cost / MOST);
  }
}

function keep() {
  if (!run.finite) stopBroken("weights", Number.POSITIVE_INFINITY);
  else if (Object.values(newest).every((value) => within(SOUND, value))) run.keep();
}

function curves() {
  if (!told.length) return;
  const now = performance.now();
  const rate = (run.steps - since.steps) / ((now - since.time) / 1000);
  if (now - since.time > 2000) since = { time: now, steps: run.steps };
  self.postMessage({
    kind: "curves",
    steps: run.steps,
    updates: run.updates,
    rate,
    unseen: run.seenUnseen(),
    ...means(told),
  });
  told = [];
}

function pictures() {
  const look = run.look();
  self.postMessage({ kind: "pictures", steps: run.steps, ...look }, [look.digits.buffer, look.eye.buffer]);
}

function distance() {
  run.measure = measure;
  self.postMessage({ kind: "distance", steps: run.steps, ...run.distance() });
}

/** What measures distances; it learns to read first, once. */
function learnedToRead() {
  const net = new FeatureNet(new Kernels(files.module));
  net.train(files.digits);
  since = { time: performance.now(), steps: run.steps };
  return net;
}

// Of each number, where it was told.
function means(list) {
  const sums = {};
  for (const numbers of list)
    for (const [name, value] of Object.entries(numbers)) {
      sums[name] ??= [0, 0];
      sums[name][0] += value;
      sums[name][1]++;
    }
  return Object.fromEntries(Object.entries(sums).map(([name, [sum, count]]) => [name, sum / count]));
}

async function bytesOf(name, address) {
  const missing = (why) => new EngineError(`${name}-missing`, `${address} didn't arrive: ${why}`);
  const response = await fetch(address).catch((error) => {
    throw missing(error.message);
  });
  if (!response.ok) throw missing(response.status);
  return response.arrayBuffer();
}
