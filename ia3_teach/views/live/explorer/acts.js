/** All that can be done, by hand or by keyboard: choose entries, move them, pin, undo, zoom. */

import { lastFactor, placesOf, ranges, withMove } from "./edits.js";
import { factor } from "./scale.js";

const FARTHEST = 64; // the largest factor of one move

export class Acts {
  constructor(store, learned, bands, redraw) {
    Object.assign(this, { store, learned, bands, redraw });
  }

  // Choosing -------------------------------------------------------------------------------------------------

  selectEntry(band, { layer, place }) {
    this.focus(band.kind, layer, band.channelAt(layer, place));
  }

  focus(kind, layer, channel) {
    this.corner = null;
    this.store.set({ focus: { kind, layer, channel }, selection: `${kind}.${layer}.${channel}`, message: "" });
  }

  /** A rectangle on the map, from one corner to the other; its channels depend on the order in which they lie. */
  selectGroup(band, one, other) {
    const [top, bottom] = [one.layer, other.layer].sort((a, b) => a - b);
    const [left, right] = [one.place, other.place].sort((a, b) => a - b);
    const rows = new Map();
    for (let layer = top; layer <= bottom; layer++) {
      const channels = Array.from({ length: right - left + 1 }, (_, i) => band.channelAt(layer, left + i));
      const text = ranges(channels.sort((a, b) => a - b), band.shape[1]);
      rows.set(text, [...(rows.get(text) ?? []), layer]);
    }
    const parts = [...rows].map(([text, layers]) => `${band.kind}.${ranges(layers, band.shape[0])}.${text}`);
    const focus = { kind: band.kind, layer: other.layer, channel: band.channelAt(other.layer, other.place) };
    this.store.set({ focus, selection: parts.join("|"), message: "" });
  }

  selectLayer(kind, layer) {
    this.store.set({ selection: `${kind}.${layer}.*` });
  }

  selectKind(kind) {
    this.store.set({ selection: `${kind}.*.*` });
  }

  isSelected(band, { layer, place }) {
    const channel = band.channelAt(layer, place);
    return this.places().some(([kind, row, channels]) => kind === band.kind && row === layer && channels.includes(channel));
  }

  places() {
    const target = this.store.get("selection");
    return target ? placesOf(target, this.learned.shapes) : [];
  }

  /** Where the keyboard is on a band: its focus, or its first entry. */
  focusOf(band) {
    const focus = this.store.get("focus");
    if (focus?.kind !== band.kind) return { layer: band.view.top, place: band.view.left };
    return { layer: focus.layer, place: band.placesOf(focus.layer, [focus.channel])[0] };
  }

  /** Go some layers and places on; with `extend` everything between the two ends is selected. */
  step(band, layers, places, extend) {
    const here = this.focusOf(band);
    const within = (number, size) => Math.max(0, Math.min(size - 1, number));
    const next = { layer: within(here.layer + layers, band.shape[0]), place: within(here.place + places, band.shape[1]) };
    if (extend) this.selectGroup(band, (this.corner ??= here), next);
    else this.selectEntry(band, next);
    band.reveal({ layer: next.layer, channel: band.channelAt(next.layer, next.place) });
    this.redraw();
  }

  // Moving ---------------------------------------------------------------------------------------------------

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
    this.store.set({ edits: edits.slice(0, -1), message: edits.length ? "The last move is taken back." : "Nothing to undo." });
  }

  // Looking --------------------------------------------------------------------------------------------------

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
