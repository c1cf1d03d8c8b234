/** What is done to chosen entries: move them, undo, pin, say where they are and what they are worth. */

import { Choosing } from "./choosing.js";
import { lastFactor, withMove } from "./edits.js";
import { factor } from "./scale.js";

const FARTHEST = 64; // the largest factor of one move

export class Acts extends Choosing {
  factorSoFar() {
    return lastFactor(this.store.get("edits"), this.store.get("selection"));
  }

  /** What is selected lies `wanted` times `before` from where it was before the last move. */
  drag(wanted, before) {
    const total = Math.max(1 / FARTHEST, Math.min(FARTHEST, wanted * before));
    this.multiply(total / this.factorSoFar());
  }

  multiply(by) {
    this.move("x", by);
  }

  setTo(value) {
    if (!Number.isFinite(value)) return this.say("A value is a number, such as 1 or 0.5.");
    this.move("=", value);
  }

  move(how, amount) {
    const [edits, selection] = [this.store.get("edits"), this.store.get("selection")];
    if (!selection) return this.say("Choose an entry on the map first.");
    this.store.set({ edits: withMove(edits, selection, how, amount), message: "" });
  }

  undo() {
    const edits = this.store.get("edits");
    const message = edits.length ? "The last move is taken back." : "Nothing to undo.";
    this.store.set({ edits: edits.slice(0, -1), message });
  }

  pin() {
    const focus = this.store.get("focus");
    if (!focus) return this.say("Choose an entry on the map first.");
    const name = `${focus.kind}.${focus.layer}.${focus.channel}`;
    const pinned = this.store.get("pinned");
    this.store.set({ pinned: pinned.includes(name) ? pinned.filter((other) => other !== name) : [...pinned, name] });
  }

  hover(band, at) {
    const text = at && !at.gutter ? this.inWords(band.kind, at.layer, band.channelAt(at.layer, at.place)) : "";
    this.onHover?.(text);
  }

  /** "l_k, layer 2, channel 17 (head 0): × 1.43, learned × 1.40" */
  inWords(kind, layer, channel) {
    const [base, moved, beside] = [this.learned.base(), this.learned.moved(), this.learned.beside()];
    const [before, now] = [base, moved].map((vectors) => vectors[kind][layer][channel]);
    const head = this.channelsPerHead(kind) ? ` (head ${Math.floor(channel / this.channelsPerHead(kind))})` : "";
    const learned = before === now ? "" : `, learned ${factor(before)}`;
    const other = beside ? `; ${this.store.get("other")} ${factor(beside[kind][layer][channel])}` : "";
    return `${kind}, layer ${layer}, channel ${channel}${head}: ${factor(now)}${learned}${other}`;
  }

  channelsPerHead(kind) {
    return this.heads && kind !== "l_ff" ? this.learned.shapes[kind][1] / this.heads : 0;
  }

  zoom(band, by) {
    band.zoom(by, this.store.get("focus")?.kind === band.kind ? this.focusOf(band) : null);
    this.redraw();
  }

  pan(band, places) {
    band.pan(places);
    this.redraw();
  }

  say(message) {
    this.store.set({ message });
  }
}
