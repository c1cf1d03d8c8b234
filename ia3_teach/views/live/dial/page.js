/** The dial on a page: it turns at once, and the model, which lies in a script beside the page, is read after that. */

import { decoded } from "../bytes.js";
import { setsOf } from "../explorer/learned.js";
import { LiveAnswers } from "../explorer/live_answers.js";
import { Dial } from "./dial.js";

/** `begins`: { tasks, first } for the dial; `source`: the script that sets `ia3Live` to { facts, values, weights }. */
export function start(place, { tasks, first }, source) {
  const dial = new Dial(place, tasks, first);
  const script = document.createElement("script");
  script.onload = () => wake(dial, globalThis.ia3Live);
  script.onerror = () => dial.sleep(`The model cannot be read: ${source} is missing beside this page.`);
  script.src = source;
  requestAnimationFrame(() => setTimeout(() => document.head.append(script))); // once the dial has been shown
  return dial;
}

/** Values and weights are base64. */
function wake(dial, { facts, values, weights }) {
  dial.wake(setsOf(facts, new Float32Array(decoded(values))), new LiveAnswers(facts.model, decoded(weights)));
}
