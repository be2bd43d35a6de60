// Where pixels come from: this browser's engine, or the server. Who draws asks nobody else. A generator that was trained
// in this tab may draw in their place (own.js).
//
// A picture is { bitmap, columns, width, height, server }: an ImageBitmap of cells (digits or frames) of `width` ×
// `height` pixels, `columns` of them in a row; `server` is how many milliseconds the server drew, null if this browser
// drew or it is not known. Who receives a picture closes its bitmap. A request that cannot be drawn rejects with
// `Refused`; any other error means that nobody can draw.

const KEPT = "drawn-by"; // in sessionStorage, which gan/web/head.py reads, too
const PATIENCE = 1000; // milliseconds after its start that the engine is waited for, before the server is asked as well

export class Pixels {
  #server;
  #start;
  #place; // "browser" or "server": who is to draw
  #engine = null; // a promise, while it loads and after
  #loaded = null; // what it resolved to
  #started = 0;
  #failure = null;
  #ahead = null;
  #own = null; // { source, failed }
  #listeners = [];

  /** `server` is a source of pictures (`choosable`: it may be asked to draw), `startEngine()` makes another one of this
   * browser. */
  constructor(server, startEngine) {
    this.#server = server;
    this.#start = startEngine;
    this.#place = server.choosable ? kept() : "browser";
    if (this.#place === "browser") this.#load();
  }

  /** Who draws, or is to draw as soon as the engine is there: "browser" or "server". */
  get place() {
    return this.#own || (this.#place === "browser" && !this.#failure) ? "browser" : "server";
  }

  /** Whether this browser draws now. */
  get here() {
    return this.#own !== null || (this.place === "browser" && this.#loaded !== null);
  }

  /** Why this browser does not draw though it was asked to, { code, message } as the engine has them; null if nothing is
   * wrong. */
  get failure() {
    return this.#place === "browser" ? this.#failure : null;
  }

  /** `listener()` is called when another one draws, or the engine fails. */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  /** Let this "browser" or the "server" draw, for this session. Asked again after a failure, the engine is started anew. */
  choose(place) {
    this.#place = place;
    try {
      sessionStorage.setItem(KEPT, place);
    } catch {
      // a browser that keeps nothing
    }
    if (place === "browser" && !this.#loaded) this.#load();
    this.#tell();
  }

  /** Let another source draw, until it is given back or fails: then `failed(error)` is told, and who drew before draws. */
  lend(source, failed) {
    this.#own?.source.close();
    this.#own = { source, failed };
    this.#ahead = null;
    this.#tell();
  }

  /** Let who drew before draw again. */
  giveBack() {
    this.#own?.source.close();
    this.#own = this.#ahead = null;
    this.#tell();
  }

  /** The engine, which is started if need be, whoever draws the page's pictures. */
  engine() {
    if (this.#own) return Promise.resolve(this.#own.source);
    return this.#engine ?? this.#load();
  }

  #load() {
    this.#failure = null;
    this.#started = performance.now();
    const engine = this.#start();
    this.#engine = engine;
    engine.then(
      (loaded) => {
        this.#loaded = loaded;
        this.#tell();
      },
      (error) => this.#failed(error),
    );
    return engine;
  }

  #failed(error) {
    this.#loaded?.close();
    this.#loaded = this.#engine = null;
    this.#failure = { code: error.name === "EngineError" ? error.code : "failed", message: error.message };
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }

  // Pictures

  /** Ask for the digits of a request before there is a place for them; any number of columns will do. `took` of that
   * picture is how many milliseconds it took to come. */
  drawAhead(values, columns) {
    const since = performance.now();
    const picture = this.#draw("drawDigits", values, columns).then((drawn) => ({
      ...drawn,
      took: performance.now() - since,
    }));
    picture.catch(() => {}); // told by the panel that waits for it
    this.#ahead = { values, picture };
    return picture;
  }

  /** The digits of a request, `columns` in a row. */
  drawDigits(values, columns) {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead?.values === values ? ahead.picture : this.#draw("drawDigits", values, columns);
  }

  /** The frames of a walk. */
  drawWalk(values) {
    return this.#draw("drawWalk", values);
  }

  /** The plane between the four key frames of a walk, `limits.plane` digits along each side. */
  drawPlane(values) {
    return this.#draw("drawPlane", values);
  }

  /** A line of writing: one cell, as wide as the line. */
  drawText(values) {
    return this.#draw("drawText", values);
  }

  /** Show one digit in an <img>. */
  async showDigit(image, digit) {
    const asked = JSON.stringify(digit);
    image.dataset.asked = asked;
    try {
      const address = await this.#draw("digitAddress", digit);
      if (image.dataset.asked === asked) image.src = address; // else another one is wanted now
    } catch {
      image.removeAttribute("src"); // its words stand for it
    }
  }

  async #draw(name, ...request) {
    if (this.#own) return this.#drawOwn(name, request);
    if (this.here) return this.#drawHere(name, request);
    if (this.place === "server") return this.#drawThere(name, request);
    const drawn = this.#engine.catch(() => null).then(() => this.#draw(name, ...request));
    if (await comes(drawn, this.#started + PATIENCE - performance.now())) return drawn;
    return first([drawn, this.#drawThere(name, request)]);
  }

  async #drawOwn(name, request) {
    const own = this.#own;
    try {
      return await own.source[name](...request);
    } catch (error) {
      if (error.problems) throw error;
      this.#ownFailed(own, error);
      return this.#draw(name, ...request);
    }
  }

  #ownFailed(own, error) {
    if (this.#own !== own) return; // another one draws now
    this.giveBack();
    own.failed(error);
  }

  async #drawHere(name, request) {
    try {
      return await this.#loaded[name](...request);
    } catch (error) {
      if (error.code !== "request") this.#failed(error);
      return this.#drawThere(name, request); // it says why a request is refused
    }
  }

  async #drawThere(name, request) {
    try {
      return await this.#server[name](...request);
    } catch (error) {
      if (this.failure) error.nobody = true;
      throw error;
    }
  }

  // Pixels, `Uint8Array [N × 784]`, 0 = paper, where this browser draws

  /** Of digits: { seeds, digits: a list or null, temperature }. */
  digitPixels(request) {
    return this.#pixels("digitPixels", request);
  }

  /** Of a point of the plane between four digits: { corners: their numbers, digits, u, v, temperature, mode }. */
  pointPixels(request) {
    return this.#pixels("pointPixels", request);
  }

  /** Of latents and class weights: { z: lists, y: lists, temperature }. */
  latentPixels(request) {
    return this.#pixels("latentPixels", request);
  }

  /** Of points of a walk: { seeds, digits, count, temperature, mode, loop, and `frames` or `positions` }. */
  walkPixels(request) {
    return this.#pixels("walkPixels", request);
  }

  async #pixels(name, request) {
    const own = this.#own;
    try {
      if (own) return await own.source[name](request);
      return await this.#loaded[name](request);
    } catch (error) {
      if (own) {
        if (error.code !== "request") this.#ownFailed(own, error);
      } else if (this.#loaded && error.code !== "request") this.#failed(error);
      throw error;
    }
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT) === "server" ? "server" : "browser";
  } catch {
    return "browser";
  }
}

// Whether work is done, well or badly, within some milliseconds.
function comes(work, milliseconds) {
  const done = () => true;
  const late = new Promise((tell) => setTimeout(() => tell(false), Math.max(0, milliseconds)));
  return Promise.race([work.then(done, done), late]);
}

// The picture that comes first; the others' bitmaps are closed. If none comes, the last error.
async function first(pictures) {
  try {
    const winner = await Promise.any(pictures);
    for (const picture of pictures) picture.then((late) => late !== winner && late.bitmap?.close()).catch(() => {});
    return winner;
  } catch (error) {
    throw error.errors.at(-1);
  }
}
