/** tiny-bloom: from token ids to logits, with the three vectors of each layer. Names as in transformers. */

import { added, attention, feedForward, lastRows, layerOf } from "./block.js";
import { geluByTanh, layerNorm, linear } from "./products.js";

export class Bloom {
  constructor(tensors, config) {
    const at = (name) => layerOf(tensors, `transformer.${name}`);
    this.nHeads = config.n_head;
    this.epsilon = config.layer_norm_epsilon;
    this.embeddings = tensors["transformer.word_embeddings.weight"];
    this.embeddingNorm = at("word_embeddings_layernorm");
    this.finalNorm = at("ln_f");
    this.slopes = slopes(config.n_head);
    this.layers = Array.from({ length: config.n_layer }, (_, number) => ({
      norm: at(`h.${number}.input_layernorm`),
      queryKeyValue: at(`h.${number}.self_attention.query_key_value`),
      dense: at(`h.${number}.self_attention.dense`),
      secondNorm: at(`h.${number}.post_attention_layernorm`),
      up: at(`h.${number}.mlp.dense_h_to_4h`),
      down: at(`h.${number}.mlp.dense_4h_to_h`),
    }));
  }

  /**
   * Logits of the last `keep` positions, one Float64Array each.
   * `vectors` is { l_k, l_v, l_ff }, each a list of one array per layer. `cache` is what an earlier call with
   * the same ids returned; layers below `from` (the first whose vectors moved) are then not computed again.
   */
  forward(ids, vectors, { keep = 1, cache = null, from = 0 } = {}) {
    const T = ids.length;
    const done = cache ?? { inputs: [this.embed(ids)], parts: [], keep };
    if (done.keep !== keep) throw new Error("the cache belongs to a call with another `keep`");
    let x = done.inputs[cache ? from : 0];
    for (let number = cache ? from : 0; number < this.layers.length; number++) {
      const last = number + 1 === this.layers.length;
      if (!cache || number > from) done.parts[number] = this.split(number, x, T);
      x = this.block(number, x, done.parts[number], T, last ? keep : T, vectors);
      if (!last) done.inputs[number + 1] = x;
    }
    const states = layerNorm(x, keep, this.finalNorm, this.epsilon);
    const flat = linear(states, keep, { weight: this.embeddings });
    const size = this.embeddings.shape[0];
    return { logits: Array.from({ length: keep }, (_, row) => flat.slice(row * size, (row + 1) * size)), cache: done };
  }

  embed(ids) {
    const d = this.embeddings.shape[1];
    const x = new Float64Array(ids.length * d);
    ids.forEach((id, t) => x.set(this.embeddings.data.subarray(id * d, (id + 1) * d), t * d));
    return layerNorm(x, ids.length, this.embeddingNorm, this.epsilon);
  }

  /** Queries, keys and values (T, d) of a layer, before any scaling: the fused output is [head, 3, d_head]. */
  split(number, x, T) {
    const { norm, queryKeyValue } = this.layers[number];
    const fused = linear(layerNorm(x, T, norm, this.epsilon), T, queryKeyValue);
    const d = fused.length / T / 3;
    const dHead = d / this.nHeads;
    const parts = [0, 1, 2].map(() => new Float64Array(T * d));
    for (let t = 0; t < T; t++) {
      for (let head = 0; head < this.nHeads; head++) {
        for (let slot = 0; slot < 3; slot++) {
          const start = t * 3 * d + (head * 3 + slot) * dHead;
          parts[slot].set(fused.subarray(start, start + dHead), t * d + head * dHead);
        }
      }
    }
    return parts;
  }

  block(number, x, [q, k, v], T, keep, { l_k, l_v, l_ff }) {
    const { dense, secondNorm, up, down } = this.layers[number];
    const biasOf = (head, t, s) => this.slopes[head] * s;
    const settings = { q, k, v, T, keep, nHeads: this.nHeads, causal: true, biasOf };
    const mixed = attention({ ...settings, l_k: l_k[number], l_v: l_v[number] });
    const h = added(linear(mixed, keep, dense), lastRows(x, T, keep));
    const u = linear(layerNorm(h, keep, secondNorm, this.epsilon), keep, up);
    return added(feedForward(u, keep, geluByTanh, l_ff[number], down), h);
  }
}

/** ALiBi's slope of each head (Press et al. 2022): powers of one base, and of its root where heads are left. */
function slopes(nHeads) {
  const whole = 2 ** Math.floor(Math.log2(nHeads));
  const base = 2 ** -(2 ** (3 - Math.log2(whole)));
  const between = 2 ** -(2 ** (3 - Math.log2(2 * whole)));
  return Array.from({ length: nHeads }, (_, i) =>
    i < whole ? base ** (i + 1) : between ** (2 * (i - whole) + 1),
  );
}
