/** The explorer on a page of its own: what it shows lies in the page, and its state in the page's address. */

import { decoded } from "../bytes.js";
import { written } from "./address.js";
import { whenQuiet } from "./elements.js";
import { Explorer } from "./explorer.js";

/** `data`: { facts, values, weights }, the last two as base64; weights may be missing. */
export function start(place, data) {
  const weights = data.weights ? decoded(data.weights) : null;
  const explorer = new Explorer(place, data.facts, new Float32Array(decoded(data.values)), weights);
  const follow = () => explorer.take(location.hash.slice(1));
  follow();
  window.addEventListener("hashchange", follow);
  const write = whenQuiet(() => history.replaceState(null, "", `#${written(explorer.store)}`), 300);
  explorer.store.listen(write);
  return explorer;
}
