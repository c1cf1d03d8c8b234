/** Entries as a table: the twenty farthest from 1, or those that are pinned. Each row leads to its place on the map. */

import { h } from "./elements.js";
import { factor } from "./scale.js";

/** `entries`: [{ kind, layer, channel }]; `go(entry)` is called when a row is chosen. */
export function entriesTable(caption, entries, base, moved, go) {
  const head = ["entry", "layer", "channel", "now", "learned"].map((words) => h("th", { scope: "col" }, words));
  const rows = entries.map((entry) => {
    const { kind, layer, channel } = entry;
    const name = `${kind}, layer ${layer}, channel ${channel}`;
    const settings = { "aria-label": `Go to ${name}`, "data-entry": `${kind}.${layer}.${channel}` };
    const button = h("button", { onclick: () => go(entry), ...settings }, kind);
    const numbers = [layer, channel, factor(moved[kind][layer][channel]), factor(base[kind][layer][channel])];
    return h("tr", {}, h("td", {}, button), ...numbers.map((number) => h("td", { class: "digits" }, number)));
  });
  return h("table", { class: "entries" }, h("caption", {}, caption), h("tr", {}, ...head), ...rows);
}
