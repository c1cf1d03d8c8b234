/** From vectors to pixels. Where several entries fall on one pixel it shows the one farthest from 1, never a sample. */

import { colourOf, logsOf } from "./scale.js";

/**
 * The logs (height, width) of a part of a map. `layers`: an array of each layer; `orders`: for each layer the
 * channels in the order in which they are shown, or null; `view`: { top, bottom, left, right }, the part to show.
 */
export function farthestPerPixel(layers, orders, { top, bottom, left, right }, width, height) {
  const found = new Float32Array(width * height);
  const column = Int32Array.from({ length: right - left }, (_, i) => Math.floor((i * width) / (right - left)));
  for (let layer = top; layer < bottom; layer++) {
    const start = Math.floor(((layer - top) * height) / (bottom - top)) * width;
    const logs = logsOf(layers[layer]);
    const order = orders?.[layer];
    for (let i = left; i < right; i++) {
      const at = start + column[i - left];
      const log = logs[order ? order[i] : i];
      if (!(Math.abs(log) <= Math.abs(found[at]))) found[at] = Number.isNaN(found[at]) ? NaN : log;
    }
  }
  return found;
}

/** A canvas of these logs in colour, one pixel each. */
export function coloured(logs, width, height, limit) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < logs.length; i++) pixels[i] = colourOf(logs[i], limit);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The picture of a view on at most `width` by `height` pixels; fewer where there are fewer entries. */
export function picture(layers, orders, view, limit, width, height) {
  const [w, h] = [Math.min(width, view.right - view.left), Math.min(height, view.bottom - view.top)];
  return coloured(farthestPerPixel(layers, orders, view, w, h), w, h, limit);
}
