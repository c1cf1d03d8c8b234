/** All bands together: one for each kind, a second one below it for the other task, and the scale of their colours. */

import { Band } from "./band.js";
import { h } from "./elements.js";
import { HELP, listenToKeys } from "./keys.js";
import { ordersOf } from "./order.js";
import { listenToPointer } from "./pointer.js";
import { cssColour, factor, limitOf } from "./scale.js";

const [SELECTED, FOCUS, PINNED] = ["#111111", "#ff2f92", "#00664b"];

export class Maps {
  constructor(store, learned) {
    [this.store, this.learned] = [store, learned];
    this.bands = Object.entries(learned.shapes).map(([kind, shape]) => new Band(kind, shape));
    this.others = this.bands.map((band) => new Band(band.kind, band.shape));
    this.legend = h("div", { class: "legend" });
    const keys = h("p", { id: "map-keys", class: "keys" }, HELP);
    this.element = h("div", { class: "maps" }, keys, ...this.bands.map((band, i) => this.section(band, i)), this.legend);
  }

  section(band, i) {
    this.others[i].canvas.removeAttribute("tabindex");
    this.others[i].title = h("p", { class: "beside" });
    this.others[i].box = h("div", { hidden: true }, this.others[i].title, this.others[i].canvas);
    const { kind } = band;
    const select = () => this.acts.selectKind(kind);
    const title = h("button", { class: "kind", onclick: select, title: "select this kind" }, kind);
    return h("section", { "aria-label": kind }, title, band.canvas, this.others[i].box);
  }

  connect(acts) {
    this.acts = acts;
    for (const band of this.bands) {
      listenToPointer(band, this.store, acts);
      listenToKeys(band, acts);
      band.canvas.setAttribute("aria-describedby", "map-keys");
      const [layers, channels] = band.shape;
      band.canvas.setAttribute("aria-label", `${band.kind}, ${layers} layers by ${channels} channels`);
    }
  }

  draw() {
    const [base, moved, beside] = [this.learned.base(), this.learned.moved(), this.learned.beside()];
    const limit = this.limit();
    const marks = this.marks();
    this.bands.forEach((band, i) => {
      const orders = this.orders(band.kind, base);
      band.draw({ layers: moved[band.kind], orders, limit, marks: marks.filter(({ kind }) => kind === band.kind) });
      this.drawOther(this.others[i], band, beside, orders, limit);
    });
    this.legend.replaceChildren(...legend(limit));
  }

  drawOther(other, band, beside, orders, limit) {
    other.box.hidden = !beside;
    if (!beside) return;
    other.view = band.view;
    other.title.textContent = `${band.kind} of ${this.store.get("other").replaceAll("_", " ")}`;
    other.canvas.setAttribute("role", "img");
    other.canvas.setAttribute("aria-label", other.title.textContent);
    other.draw({ layers: beside[band.kind], orders, limit, marks: [] });
  }

  /** Colours end where the learned vectors do, so that they stay when something is moved. */
  limit() {
    const base = this.learned.base();
    return this.learned.once("limit", [base], () => limitOf(base));
  }

  /** Sorted by what was learned, so that nothing jumps away from the hand. */
  orders(kind, base) {
    const order = this.store.get("order");
    const size = this.acts.channelsPerHead(kind);
    return this.learned.once(`orders ${kind}`, [base, order], () => ordersOf(base[kind], order, size));
  }

  marks() {
    const marks = this.acts.places().map(([kind, layer, channels]) => ({ kind, layer, channels, colour: SELECTED }));
    for (const pinned of this.store.get("pinned")) {
      const [kind, layer, channel] = pinned.split(".");
      marks.push({ kind, layer: Number(layer), channels: [Number(channel)], colour: PINNED, wide: true });
    }
    const focus = this.store.get("focus");
    if (focus) marks.push({ ...focus, channels: [focus.channel], colour: FOCUS });
    return marks;
  }

  zoom(by) {
    for (const band of this.bands) {
      if (by === null) band.whole();
      else band.zoom(by, this.store.get("focus")?.kind === band.kind ? this.acts.focusOf(band) : null);
    }
  }
}

function legend(limit) {
  const steps = [-1, -0.5, 0, 0.5, 1];
  const colours = steps.map((step) => cssColour(step * limit, limit)).join(", ");
  const ticks = steps.map((step) => h("span", {}, step ? factor(2 ** (step * limit)) : "× 1"));
  const ramp = h("div", { class: "ramp", style: `background:linear-gradient(to right, ${colours})` });
  const scale = h("div", { class: "scale" }, ramp, h("div", { class: "ticks" }, ...ticks));
  const words = ["inhibits", "amplifies"].map((side) => h("span", {}, side));
  return [words[0], scale, words[1], h("span", { class: "black" }, "0 or below")];
}
