/** Below the map: the histogram, the pinned entries, and the twenty that are farthest from 1. */

import { h } from "./elements.js";
import { entriesTable } from "./entries_table.js";
import { histogram } from "./histogram.js";
import { farthest } from "./order.js";

const LISTED = 20;

export class Tables {
  constructor(store, learned, maps, go) {
    Object.assign(this, { store, learned, maps, go });
    this.bars = h("figure", { class: "histogram" });
    this.lists = h("div", { class: "tables" });
    this.element = h("div", { class: "below" }, this.bars, this.lists);
  }

  show() {
    const [base, moved] = [this.learned.base(), this.learned.moved()];
    const { svg, words } = histogram(base, moved, this.maps.limit());
    const caption = `${words}. Heights are square roots; the line is what was learned.`;
    this.bars.replaceChildren(svg, h("figcaption", {}, caption));
    const table = (words, entries) => entriesTable(words, entries, base, moved, this.go);
    const pinned = this.pinned();
    const lists = pinned.length ? [table("pinned", pinned)] : [];
    this.keepingFocus(() => this.lists.replaceChildren(...lists, table("farthest from 1", farthest(moved, LISTED))));
  }

  pinned() {
    return this.store.get("pinned").map((entry) => {
      const [kind, layer, channel] = entry.split(".");
      return { kind, layer: Number(layer), channel: Number(channel) };
    });
  }

  /** A table made anew keeps the keyboard where it was. */
  keepingFocus(change) {
    const entry = this.lists.contains(document.activeElement) && document.activeElement.dataset.entry;
    change();
    if (entry) this.lists.querySelector(`[data-entry="${entry}"]`)?.focus();
  }
}
