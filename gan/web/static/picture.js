// Pictures over plain HTTP: one request under way, the newest wish waits, those between are dropped. So the last picture
// that is painted is always the one that was wished for last.

/** The server refused a picture; `problems` says why. */
export class Refused extends Error {
  constructor(problems) {
    super("refused");
    this.problems = problems;
  }
}

/** Fetch and decode a picture. */
export async function fetchBitmap(url) {
  const response = await fetch(url);
  if (response.status >= 400 && response.status < 500) throw new Refused((await response.json()).detail);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const server = /draw;dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "");
  return { bitmap, server: server ? Number(server[1]) : null };
}

export class Latest {
  #busy = false;
  #wanted = null;

  /** `work(wish)` is awaited for the newest wish; `done(error)` is called after each with what went wrong, if anything. */
  constructor(work, done) {
    this.work = work;
    this.done = done;
  }

  get busy() {
    return this.#busy;
  }

  want(wish) {
    this.#wanted = wish;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#wanted !== null) {
      const wish = this.#wanted;
      this.#wanted = null;
      let failure = null;
      try {
        await this.work(wish);
      } catch (error) {
        failure = error;
      }
      this.done(failure, wish);
    }
    this.#busy = false;
  }
}

/** A canvas as large as its place on the screen, in device pixels; returns its context scaled to CSS pixels. */
export function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  return context;
}

/** The cell `index` of a bitmap that holds `columns` cells of `width` × `height` in a row, drawn into a rectangle. */
export function drawCell(context, bitmap, index, columns, width, height, x, y, w, h) {
  context.drawImage(bitmap, (index % columns) * width, Math.floor(index / columns) * height, width, height, x, y, w, h);
}
