/** The few operations that both models are made of. Activations are Float64Array, rows one after the other. */

/**
 * y = x W^T + b for the rows of x: x (n, in), W (out, in) -> (n, out).
 * Four rows and two outputs at a time, so that each number read serves several products; at the ends the last row
 * or output is done twice, to the same place. A browser reads a row of its own a third faster than a part of x.
 */
export function linear(x, n, { weight, bias }) {
  const [outs, ins] = weight.shape;
  const y = new Float64Array(n * outs);
  for (let row = 0; row < n; row += 4) {
    const rows = [0, 1, 2, 3].map((i) => Math.min(row + i, n - 1));
    const four = rows.map((r) => x.subarray(r * ins, (r + 1) * ins));
    for (let out = 0; out < outs; out += 2) {
      tile(four, weight.data, y, rows, out, Math.min(out + 1, outs - 1), ins, outs);
    }
  }
  if (bias) for (let i = 0; i < y.length; i++) y[i] += bias.data[i % outs];
  return y;
}

/** Four rows with two outputs: the one loop in which all the time is spent, so written out. */
function tile([x0, x1, x2, x3], W, y, [r0, r1, r2, r3], o0, o1, ins, outs) {
  const w0 = o0 * ins, w1 = o1 * ins;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
  for (let i = 0; i < ins; i++) {
    const w = W[w0 + i], v = W[w1 + i];
    const a = x0[i], b = x1[i], c = x2[i], d = x3[i];
    s0 += w * a; s1 += w * b; s2 += w * c; s3 += w * d;
    t0 += v * a; t1 += v * b; t2 += v * c; t3 += v * d;
  }
  y[r0 * outs + o0] = s0;
  y[r1 * outs + o0] = s1;
  y[r2 * outs + o0] = s2;
  y[r3 * outs + o0] = s3;
  y[r0 * outs + o1] = t0;
  y[r1 * outs + o1] = t1;
  y[r2 * outs + o1] = t2;
  y[r3 * outs + o1] = t3;
}

/** (x - mean) / sqrt(variance + epsilon) ⊙ weight + bias, for each row of x (n, d). */
export function layerNorm(x, n, { weight, bias }, epsilon) {
  const d = weight.data.length;
  const y = new Float64Array(n * d);
  for (let row = 0; row < n; row++) {
    const from = row * d;
    let [mean, variance] = [0, 0];
    for (let i = 0; i < d; i++) mean += x[from + i];
    mean /= d;
    for (let i = 0; i < d; i++) variance += (x[from + i] - mean) ** 2;
    const scale = 1 / Math.sqrt(variance / d + epsilon);
    for (let i = 0; i < d; i++) y[from + i] = (x[from + i] - mean) * scale * weight.data[i] + bias.data[i];
  }
  return y;
}

/** exp(x - max) / sum in place, for the first `length` numbers from `start` on. */
export function softmax(x, start, length) {
  let [most, sum] = [-Infinity, 0];
  for (let i = start; i < start + length; i++) most = Math.max(most, x[i]);
  for (let i = start; i < start + length; i++) sum += x[i] = Math.exp(x[i] - most);
  for (let i = start; i < start + length; i++) x[i] /= sum;
}

/** BLOOM's γ: GELU by tanh. */
export function geluByTanh(u) {
  return 0.5 * u * (1 + Math.tanh(0.79788456 * u * (1 + 0.044715 * u * u)));
}

/** BERT's γ: u Φ(u), with the error function after Abramowitz and Stegun 7.1.26 (off by 1.5e-7 at most). */
export function gelu(u) {
  const x = Math.abs(u) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * polynomial * Math.exp(-x * x); // half of 1 - erf(x)
  return u * (u < 0 ? half : 1 - half);
}

/** log softmax of a row of logits, at one token. */
export function logProbability(logits, token) {
  let most = -Infinity;
  for (const logit of logits) most = Math.max(most, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return logits[token] - most - Math.log(sum);
}
