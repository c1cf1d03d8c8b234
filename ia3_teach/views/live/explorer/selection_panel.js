/** What is selected, and how far it is moved: the way to every drag without a mouse. */

import { slider } from "./controls.js";
import { h, labelled } from "./elements.js";
import { factor } from "./scale.js";

export function selectionPanel(store, acts) {
  const name = h("strong", { class: "selected" });
  const wider = h("span", { class: "group", role: "group", "aria-label": "Select" });
  const [move, moveLabel] = slider(
    "move it by",
    -3,
    3,
    0.05,
    (log) => acts.drag(2 ** log, 1),
    (log) => factor(2 ** log),
  );
  const put = () => acts.setTo(value.value === "" ? NaN : Number(value.value));
  const value = h("input", { type: "number", step: "any", onchange: put });
  const pin = h("button", { onclick: () => acts.pin() }, "Pin");
  const again = h("button", { onclick: () => store.set({ seed: store.get("seed") + 1 }) }, "Other random entries");
  const buttons = [
    h("button", { onclick: () => widen(acts, store, "entry") }, "entry"),
    h("button", { onclick: () => widen(acts, store, "layer") }, "layer"),
    h("button", { onclick: () => widen(acts, store, "block") }, "layer, all kinds"),
    h("button", { onclick: () => widen(acts, store, "kind") }, "kind"),
  ];
  wider.append("select its ", ...buttons);
  const show = () => {
    name.textContent = selected(store, acts);
    move.show(Math.log2(acts.factorSoFar()));
    again.hidden = !store.get("edits").length;
    const chosen = Boolean(store.get("selection"));
    for (const control of [...buttons, move, value, pin]) control.disabled = !chosen;
  };
  const above = h("div", { class: "line" }, name, wider, pin);
  const below = h("div", { class: "line" }, moveLabel, labelled("or set it to", value), again);
  return { element: h("div", { class: "selection" }, above, below), show };
}

function widen(acts, store, what) {
  const [first, row, channels] = acts.places()[0];
  const { kind, layer, channel } = store.get("focus") ?? { kind: first, layer: row, channel: channels[0] };
  if (what === "entry") acts.focus(kind, layer, channel);
  if (what === "layer") acts.selectLayer(kind, layer);
  if (what === "block") store.set({ selection: `*.${layer}.*` });
  if (what === "kind") acts.selectKind(kind);
}

/** "l_k, layer 2, channel 17" or "384 entries of l_k". */
function selected(store, acts) {
  const places = acts.places();
  if (!places.length) return "Nothing is selected: press on the map, or go there with Tab.";
  const count = places.reduce((sum, [, , channels]) => sum + channels.length, 0);
  const [kind, layer, channels] = places[0];
  if (count === 1) return acts.inWords(kind, layer, channels[0]);
  return `${count} entries of ${[...new Set(places.map(([name]) => name))].join(", ")}`;
}
