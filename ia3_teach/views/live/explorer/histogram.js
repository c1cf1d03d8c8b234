/** How many entries lie how far from 1: bars of what is there now, a line of what was learned. */

import { cssColour, factor, logsOf } from "./scale.js";

const BINS = 41; // an odd number: the one in the middle is 1
const [WIDTH, HEIGHT, FOOT] = [320, 90, 16];
const SVG = "http://www.w3.org/2000/svg";

export function histogram(base, moved, limit) {
  const [before, now] = [counts(base, limit), counts(moved, limit)];
  const most = Math.sqrt(Math.max(...before.bins, ...now.bins, 1));
  const height = (count) => (Math.sqrt(count) / most) * HEIGHT;
  const step = WIDTH / BINS;
  const words = inWords(now);
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + FOOT}`, role: "img", "aria-label": words });
  now.bins.forEach((count, i) => {
    const fill = cssColour(((2 * i) / (BINS - 1) - 1) * limit, limit);
    const place = { x: i * step, y: HEIGHT - height(count), width: step - 0.5, height: height(count) };
    svg.append(element("rect", { ...place, fill, class: "bin" }));
  });
  const corners = (count, i) => [i, i + 1].map((end) => `${end * step},${HEIGHT - height(count)}`);
  const points = before.bins.flatMap(corners);
  svg.append(element("polyline", { points: points.join(" "), class: "outline" }));
  for (const [log, anchor] of [[-limit, "start"], [0, "middle"], [limit, "end"]]) {
    const text = element("text", { x: WIDTH * (0.5 + log / limit / 2), y: HEIGHT + 12, "text-anchor": anchor });
    text.textContent = factor(2 ** log);
    svg.append(text);
  }
  return { svg, words };
}

/** Entries in bins of equal width from -limit to limit; those beyond are in the last ones. */
function counts(vectors, limit) {
  const bins = new Array(BINS).fill(0);
  let [without, least, most, total] = [0, Infinity, -Infinity, 0];
  for (const l of Object.values(vectors).flat()) {
    total += l.length;
    for (const log of logsOf(l)) {
      if (Number.isNaN(log)) without++;
      else {
        bins[Math.max(0, Math.min(BINS - 1, Math.round(((log / limit + 1) / 2) * (BINS - 1))))]++;
        [least, most] = [Math.min(least, log), Math.max(most, log)];
      }
    }
  }
  return { bins, without, least, most, total };
}

function inWords({ bins, without, least, most, total }) {
  const near = (100 * bins[(BINS - 1) / 2]) / total;
  const lost = without ? `; ${without} at or below 0` : "";
  return `${total} entries from ${factor(2 ** least)} to ${factor(2 ** most)}, ${near.toFixed(0)} % about 1${lost}`;
}

function element(tag, settings) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(settings)) made.setAttribute(name, value);
  return made;
}
