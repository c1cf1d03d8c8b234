/** The controls above the map: whose vectors, how strong, the sentence, and what the hand does. */

import { h, labelled, menu } from "./elements.js";
import { ORDERS } from "./order.js";

const TOOLS = { move: "Move", brush: "Brush", pan: "Pan" };

/** Whose vectors, mixed or beside each other, and λ. */
export function vectorControls(store, all) {
  const names = Object.keys(all);
  const set = (name) => (value) => store.set({ [name]: value });
  const tasks = Object.fromEntries(names.map((name) => [name, name.replaceAll("_", " ")]));
  const task = menu(tasks, store.get("task"), (value) => store.set({ task: value, ...fresh(store, all) }));
  const other = menu({ "": "none", ...tasks }, store.get("other"), set("other"));
  const together = menu({ apart: "side by side", mixed: "mixed" }, store.get("together"), set("together"));
  const [share, shareLabel] = slider("share of it", 0, 1, 0.05, (value) => store.set({ share: value }));
  const [strength, strengthLabel] = slider("λ, all of them", -1, 3, 0.05, (value) => store.set({ strength: value }));
  const togetherLabel = labelled("shown", together);
  const show = () => {
    [task.value, other.value, together.value] = ["task", "other", "together"].map((name) => store.get(name));
    share.show(store.get("share"));
    strength.show(store.get("strength"));
    togetherLabel.hidden = !store.get("other");
    shareLabel.hidden = !store.get("other") || store.get("together") !== "mixed";
  };
  const many = names.length > 1;
  const second = many ? [labelled("and", other), togetherLabel, shareLabel] : [];
  return { element: h("div", { class: "line" }, labelled("vectors of", task), ...second, strengthLabel), show };
}

/** An example of a task goes with the task; a sentence of the reader's own stays. */
function fresh(store, all) {
  return all[store.get("task")].texts.includes(store.get("text")) ? { text: "" } : {};
}

/** A slider with its number beside it. */
export function slider(words, min, max, step, act, spoken = (value) => value.toFixed(2)) {
  const number = h("output", {}, "");
  const input = h("input", { type: "range", min, max, step, oninput: () => act(Number(input.value)) });
  input.show = (value) => {
    input.value = value;
    number.value = spoken(value);
    input.setAttribute("aria-valuetext", spoken(value));
  };
  return [input, labelled(words, input, number)];
}

/** The reader's own sentence, and sentences of the task to begin with. */
export function sentenceControls(store, tasks) {
  const box = h("textarea", { rows: 2, spellcheck: "false", oninput: () => store.set({ text: box.value }) });
  const examples = h("div", { class: "line examples" });
  let shown = null;
  const show = () => {
    if (box.value !== store.get("text")) box.value = store.get("text");
    const { texts } = tasks[store.get("task")];
    if (shown === texts) return;
    shown = texts;
    const button = (text, i) => h("button", { onclick: () => store.set({ text }), title: text }, `example ${i + 1}`);
    examples.replaceChildren(...texts.map(button));
  };
  return { element: h("div", {}, labelled("your sentence", box), examples), show };
}

/** What the hand does on the map, the order of channels, zoom, undo and reset. */
export function toolControls(store, acts, zoomAll) {
  const tools = Object.entries(TOOLS).map(([tool, words]) =>
    h("button", { "data-tool": tool, onclick: () => store.set({ tool }) }, words),
  );
  const order = menu(ORDERS, store.get("order"), (value) => store.set({ order: value }));
  const undo = h("button", { onclick: () => acts.undo() }, "Undo");
  const show = () => {
    for (const button of tools) button.setAttribute("aria-pressed", button.dataset.tool === store.get("tool"));
    order.value = store.get("order");
    undo.disabled = !store.get("edits").length;
  };
  const element = h(
    "div",
    { class: "line tools" },
    h("span", { role: "group", "aria-label": "What the hand does on the map", class: "group" }, ...tools),
    h("button", { onclick: () => zoomAll(0.5), "aria-label": "Zoom in" }, "+"),
    h("button", { onclick: () => zoomAll(2), "aria-label": "Zoom out" }, "−"),
    h("button", { onclick: () => zoomAll(null) }, "Whole map"),
    labelled("sorted by", order),
    undo,
    h("button", { onclick: () => store.reset() }, "Reset"),
  );
  return { element, show };
}
