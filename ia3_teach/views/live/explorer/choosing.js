/** Choosing entries, by hand or by keyboard: one, a group, a layer, a kind. */

import { placesOf, ranges } from "./edits.js";

export class Choosing {
  constructor(store, learned, bands, redraw) {
    Object.assign(this, { store, learned, bands, redraw });
  }

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
    return this.places().some(
      ([kind, row, channels]) => kind === band.kind && row === layer && channels.includes(channel),
    );
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
    const [rows, columns] = band.shape;
    const next = { layer: within(here.layer + layers, rows), place: within(here.place + places, columns) };
    if (extend) this.selectGroup(band, (this.corner ??= here), next);
    else this.selectEntry(band, next);
    band.reveal({ layer: next.layer, channel: band.channelAt(next.layer, next.place) });
    this.redraw();
  }
}
