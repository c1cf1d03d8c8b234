/** The explorer in a notebook: its fields are traits of the Python object, in both directions. */

import { Explorer } from "./explorer.js";
import { check } from "./address.js";
import { SHARED } from "./store.js";

const bytesOf = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

/** What anywidget calls with the traits and the element to fill; returns what is to be done at the end. */
export function render({ model, el }) {
  const facts = model.get("facts");
  const weights = model.get("weights");
  const first = Object.fromEntries(Object.keys(SHARED).map((name) => [name, model.get(name)]));
  const numbers = new Float32Array(bytesOf(model.get("values")));
  const explorer = new Explorer(el, facts, numbers, weights.byteLength ? bytesOf(weights) : null, first);
  const { store, learned } = explorer;
  const stop = store.listen((names) => {
    const shared = names.filter((name) => name in SHARED);
    for (const name of shared) model.set(name, store.get(name));
    if (shared.length) model.save_changes();
  });
  const follow = Object.keys(SHARED).map((name) => {
    const take = () => {
      try {
        const fields = { [name]: model.get(name) };
        check(fields, learned.sets, learned.shapes);
        store.set(fields);
      } catch (error) {
        store.set({ message: `Not taken: ${error.message}.` });
      }
    };
    model.on(`change:${name}`, take);
    return () => model.off(`change:${name}`, take);
  });
  return () => [stop, ...follow].forEach((end) => end());
}
