/** One kind of vector as a picture: layers down, channels across, what is selected, pinned and in focus drawn on it. */

import { h } from "./elements.js";
import { picture } from "./raster.js";

const ROW = 20; // pixels of the page
const TALLEST = 240;
export const GUTTER = 28; // for the numbers of the layers

export class Band {
  constructor(kind, shape) {
    [this.kind, this.shape] = [kind, shape];
    this.canvas = h("canvas", { class: "map", tabindex: 0, role: "application" });
    this.canvas.setAttribute("aria-roledescription", "map of vectors");
    this.height = Math.max(40, Math.min(TALLEST, ROW * shape[0]));
    this.canvas.style.height = `${this.height}px`;
    this.whole();
  }

  whole() {
    this.view = { top: 0, bottom: this.shape[0], left: 0, right: this.shape[1] };
  }

  /** Draw; `look`: { layers, orders, limit, marks: [{ layer, channels, colour, wide }] }. */
  draw({ layers, orders, limit, marks }) {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(this.height * ratio)];
    this.orders = orders;
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.scale(ratio, ratio);
    const across = Math.max(1, width - GUTTER);
    const drawn = picture(layers, orders, this.view, limit, Math.ceil(across * ratio), Math.ceil(this.height * ratio));
    context.drawImage(drawn, GUTTER, 0, across, this.height);
    this.numberLayers(context);
    for (const mark of marks) this.mark(context, mark);
  }

  numberLayers(context) {
    const { top, bottom } = this.view;
    const every = Math.ceil((bottom - top) / Math.floor(this.height / 14));
    context.fillStyle = getComputedStyle(this.canvas).color;
    context.font = "12px system-ui, sans-serif";
    [context.textAlign, context.textBaseline] = ["right", "middle"];
    for (let layer = top; layer < bottom; layer += every) {
      context.fillText(layer, GUTTER - 6, this.y(layer + 0.5));
    }
  }

  /** A frame around each run of neighbours among the channels. */
  mark(context, { layer, channels, colour, wide }) {
    if (layer < this.view.top || layer >= this.view.bottom) return;
    const places = this.placesOf(layer, channels);
    context.strokeStyle = colour;
    context.lineWidth = wide ? 3 : 2;
    for (let first = 0; first < places.length; ) {
      let last = first;
      while (places[last + 1] === places[last] + 1) last++;
      const [x, right] = [this.x(places[first]), this.x(places[last] + 1)];
      context.strokeRect(x, this.y(layer) + 1, Math.max(3, right - x), this.y(layer + 1) - this.y(layer) - 2);
      first = last + 1;
    }
  }

  /** Where channels are shown, in the present order, from left to right. */
  placesOf(layer, channels) {
    const order = this.orders?.[layer];
    if (!order) return channels;
    const at = new Int32Array(order.length);
    order.forEach((channel, place) => (at[channel] = place));
    return channels.map((channel) => at[channel]).sort((a, b) => a - b);
  }

  /** The channel that is shown at a place. */
  channelAt(layer, place) {
    return this.orders?.[layer] ? this.orders[layer][place] : place;
  }

  x(place) {
    const { left, right } = this.view;
    return GUTTER + ((place - left) / (right - left)) * (this.canvas.clientWidth - GUTTER);
  }

  y(layer) {
    const { top, bottom } = this.view;
    return ((layer - top) / (bottom - top)) * this.height;
  }

  /** { layer, place, gutter } under a pointer; kept inside the map. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const { top, bottom, left, right } = this.view;
    const across = (event.clientX - box.left - GUTTER) / (box.width - GUTTER);
    const down = (event.clientY - box.top) / box.height;
    const place = Math.max(left, Math.min(right - 1, Math.floor(left + across * (right - left))));
    const layer = Math.max(top, Math.min(bottom - 1, Math.floor(top + down * (bottom - top))));
    return { layer, place, gutter: across < 0 };
  }

  /** Show `factor` times as much of the channels (and of many layers), the place `around` staying where it is. */
  zoom(factor, around = null) {
    const { left, right, top, bottom } = this.view;
    [this.view.left, this.view.right] = zoomed(left, right, factor, around?.place, this.shape[1], 8);
    [this.view.top, this.view.bottom] = zoomed(top, bottom, factor, around?.layer, this.shape[0], 12);
  }

  pan(places, layers = 0) {
    [this.view.left, this.view.right] = shifted(this.view.left, this.view.right, places, this.shape[1]);
    [this.view.top, this.view.bottom] = shifted(this.view.top, this.view.bottom, layers, this.shape[0]);
  }

  /** Move the view so that an entry can be seen. */
  reveal({ layer, channel }) {
    const [place] = this.placesOf(layer, [channel]);
    const { left, right, top, bottom } = this.view;
    const outside = (at, from, to) => Math.min(0, at - from) + Math.max(0, at + 1 - to);
    this.pan(outside(place, left, right), outside(layer, top, bottom));
  }
}

/** A range around a point, at least `least` wide, inside 0 ... size. */
function zoomed(from, to, factor, around, size, least) {
  const width = Math.round(Math.max(Math.min(least, size), Math.min(size, (to - from) * factor)));
  const at = around ?? (from + to) / 2;
  return shifted(0, width, Math.round(at - ((at - from) / (to - from)) * width), size);
}

function shifted(from, to, by, size) {
  const start = Math.max(0, Math.min(size - (to - from), Math.round(from + by)));
  return [start, start + to - from];
}
