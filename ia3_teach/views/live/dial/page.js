/** The dial on a page: what it needs lies in a script beside the page. */

import { decoded } from "../bytes.js";
import { setsOf } from "../explorer/learned.js";
import { LiveAnswers } from "../explorer/live_answers.js";
import { Dial } from "./dial.js";

/** `data`: { facts, values, weights }, the last two as base64; what stood in `place` before is its first text. */
export function start(place, data) {
  const sets = setsOf(data.facts, new Float32Array(decoded(data.values)));
  const live = new LiveAnswers(data.facts.model, decoded(data.weights));
  return new Dial(place, data.facts.tasks, sets, live, place.querySelector(".sentence")?.textContent);
}
