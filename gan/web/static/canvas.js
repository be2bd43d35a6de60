// Drawing on canvases, in CSS pixels.

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

/** The cell `index` of a picture (pixels.js says what one is), drawn into a rectangle. */
export function drawCell(context, { bitmap, columns, width, height }, index, x, y, w, h) {
  const [left, top] = [(index % columns) * width, Math.floor(index / columns) * height];
  context.drawImage(bitmap, left, top, width, height, x, y, w, h);
}
