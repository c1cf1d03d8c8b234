/**
 * What BLOOM and BERT share: attention over heads with l_k and l_v, the feed-forward part with l_ff, and a
 * cache of what does not change when only a vector moves.
 *
 * softmax( q (l_k ⊙ k)^T / sqrt(d_head) + bias ) (l_v ⊙ v)    and    W_2 (l_ff ⊙ γ(W_1 x))
 * (Liu et al. 2022, section 3.3)
 */

import { linear, softmax } from "./products.js";

/**
 * The mixed values of the last `keep` positions, (keep, d).
 * q, k, v: (T, d); biasOf(head, t, s) is added to the score of query t and key s; causal: s <= t only.
 */
export function attention({ q, k, v, T, keep, nHeads, l_k, l_v, causal, biasOf }) {
  const d = q.length / T;
  const dHead = d / nHeads;
  const mixed = new Float64Array(keep * d);
  const scores = new Float64Array(T);
  for (let head = 0; head < nHeads; head++) {
    const first = head * dHead;
    for (let row = 0; row < keep; row++) {
      const t = T - keep + row;
      const seen = causal ? t + 1 : T;
      for (let s = 0; s < seen; s++) {
        let score = 0;
        for (let i = first; i < first + dHead; i++) score += q[t * d + i] * l_k[i] * k[s * d + i];
        scores[s] = score / Math.sqrt(dHead) + biasOf(head, t, s);
      }
      softmax(scores, 0, seen);
      for (let s = 0; s < seen; s++) {
        const weight = scores[s];
        for (let i = first; i < first + dHead; i++) mixed[row * d + i] += weight * l_v[i] * v[s * d + i];
      }
    }
  }
  return mixed;
}

/** W_2 (l_ff ⊙ γ(u)) of u = W_1 x, (n, d_ff) -> (n, d). */
export function feedForward(u, n, gamma, l_ff, second) {
  const dFF = l_ff.length;
  const inner = new Float64Array(n * dFF);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dFF; i++) inner[row * dFF + i] = l_ff[i] * gamma(u[row * dFF + i]);
  }
  return linear(inner, n, second);
}

/** x + y, entry by entry. */
export function added(x, y) {
  return x.map((value, i) => value + y[i]);
}

/** The last `keep` rows of x (n, d). */
export function lastRows(x, n, keep) {
  const d = x.length / n;
  return x.subarray((n - keep) * d);
}

/** { weight, bias } of a layer by the beginning of its name. */
export function layerOf(tensors, name) {
  const weight = tensors[`${name}.weight`];
  if (!weight) throw new Error(`the file holds no ${name}.weight`);
  return { weight, bias: tensors[`${name}.bias`] };
}
