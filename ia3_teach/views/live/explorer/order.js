/** In which order the channels of each layer are shown. */

import { logsOf } from "./scale.js";

export const ORDERS = { channel: "channel", value: "value", departure: "distance from 1", head: "head" };

/** For each layer its channels in the wanted order; null for the channels' own. */
export function ordersOf(layers, order, channelsPerHead) {
  if (order === "value") return layers.map((l) => sortedBy(l, (i) => l[i]));
  if (order === "departure") return layers.map((l) => sortedBy(l, (i) => -distance(logsOf(l)[i])));
  if (order === "head" && channelsPerHead) return layers.map((l) => byHead(l, channelsPerHead));
  return null;
}

/** Heads that were changed most come first; inside a head channels stay as they are. */
function byHead(l, size) {
  const logs = logsOf(l);
  const sums = Array.from({ length: Math.ceil(l.length / size) }, (_, head) =>
    logs.subarray(head * size, (head + 1) * size).reduce((sum, log) => sum + distance(log), 0),
  );
  return sortedBy(l, (i) => -sums[Math.floor(i / size)]);
}

/** Channels by rising key. Key and channel are packed into one number each, which sorts ten times as fast as pairs. */
function sortedBy(l, key) {
  const packed = Float64Array.from(l, (_, i) => rank(key(i)) * l.length + i).sort();
  return Int32Array.from(packed, (number) => number % l.length);
}

const view = new DataView(new ArrayBuffer(4));

/** A whole number that rises with a float32: its bits, those of negative ones turned round. */
function rank(number) {
  view.setFloat32(0, number);
  const bits = view.getUint32(0);
  return bits >= 0x80000000 ? 0xffffffff - bits : bits + 0x80000000;
}

/** |log2 l|; what has no logarithm is farther than all. */
export function distance(log) {
  return Number.isNaN(log) ? 1e9 : Math.abs(log);
}

/** The `count` entries of all vectors that are farthest from 1: [{ kind, layer, channel, value }]. */
export function farthest(vectors, count) {
  const best = [];
  let least = -1;
  for (const [kind, layers] of Object.entries(vectors)) {
    layers.forEach((l, layer) => {
      logsOf(l).forEach((log, channel) => {
        const away = distance(log);
        if (best.length === count && away <= least) return;
        best.push({ kind, layer, channel, value: l[channel], away });
        best.sort((a, b) => b.away - a.away);
        best.length = Math.min(best.length, count);
        least = best.at(-1).away;
      });
    });
  }
  return best;
}
