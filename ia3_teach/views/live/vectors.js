/** Learned vectors: read from PEFT's file, dialled, mixed, moved, and written back. { l_k, l_v, l_ff }: a list per layer. */

export const KINDS = ["l_k", "l_v", "l_ff"];

/** Ones: the frozen model. Sizes are those of `like`. */
export function ones(like) {
  return mapped(like, (array) => array.map(() => 1));
}

/** 1 + λ (l - 1): λ = 0 is the frozen model, 1 the trained one. */
export function dialled(vectors, strength) {
  return mapped(vectors, (array) => array.map((l) => 1 + strength * (l - 1)));
}

/** The product of several adapters' vectors, as when all of them are active. */
export function product(several) {
  const [first, ...others] = several;
  return mapped(first, (array, kind, layer) =>
    array.map((l, i) => others.reduce((all, vectors) => all * vectors[kind][layer][i], l)),
  );
}

/** A copy with one function over every array. */
export function mapped(vectors, change) {
  return Object.fromEntries(
    Object.keys(vectors).map((kind) => [kind, vectors[kind].map((array, layer) => change(array, kind, layer))]),
  );
}

/** The first layer in which two sets of vectors differ; the number of layers if they are equal. */
export function firstDifference(one, other) {
  const layers = one.l_k.length;
  for (let layer = 0; layer < layers; layer++) {
    if (KINDS.some((kind) => differ(one[kind][layer], other[kind][layer]))) return layer;
  }
  return layers;
}

function differ(one, other) {
  return one !== other && one.some((l, i) => l !== other[i]);
}

/** The vectors of an adapter file of tiny-bloom: keys and values lie in a fused vector [head, 3, d_head]. */
export function bloomVectors(tensors, { n_layer, n_head }) {
  const at = (layer, name) => tensors[`base_model.model.transformer.h.${layer}.${name}.ia3_l`].data;
  const layers = Array.from({ length: n_layer }, (_, layer) => layer);
  const slot = (layer, number) => {
    const fused = Float64Array.from(at(layer, "self_attention.query_key_value"));
    const dHead = fused.length / n_head / 3;
    return fused.filter((_, channel) => Math.floor(channel / dHead) % 3 === number);
  };
  return {
    l_k: layers.map((layer) => slot(layer, 1)),
    l_v: layers.map((layer) => slot(layer, 2)),
    l_ff: layers.map((layer) => Float64Array.from(at(layer, "mlp.dense_4h_to_h"))),
  };
}

/** The way back: the tensors of a file that PEFT reads; queries are scaled by 1. */
export function bloomTensors(vectors, { n_head }) {
  const tensors = {};
  vectors.l_k.forEach((l_k, layer) => {
    const dHead = l_k.length / n_head;
    const fused = new Float32Array(3 * l_k.length).fill(1);
    for (let i = 0; i < l_k.length; i++) {
      const start = Math.floor(i / dHead) * 3 * dHead + (i % dHead);
      fused[start + dHead] = l_k[i];
      fused[start + 2 * dHead] = vectors.l_v[layer][i];
    }
    const name = `base_model.model.transformer.h.${layer}`;
    tensors[`${name}.self_attention.query_key_value.ia3_l`] = { shape: [fused.length, 1], data: fused };
    const l_ff = Float32Array.from(vectors.l_ff[layer]);
    tensors[`${name}.mlp.dense_4h_to_h.ia3_l`] = { shape: [1, l_ff.length], data: l_ff };
  });
  return tensors;
}

/** The vectors of an adapter file of tiny-bert, and the classifier that was trained with them. */
export function bertVectors(tensors, { num_hidden_layers }) {
  const all = (name) =>
    Array.from({ length: num_hidden_layers }, (_, layer) =>
      Float64Array.from(tensors[`base_model.model.bert.encoder.layer.${layer}.${name}.ia3_l`].data),
    );
  const head = { weight: tensors["base_model.model.classifier.weight"], bias: tensors["base_model.model.classifier.bias"] };
  return { vectors: { l_k: all("attention.self.key"), l_v: all("attention.self.value"), l_ff: all("output.dense") }, head };
}

/** The way back for tiny-bert; the head is the one that was trained with the vectors. */
export function bertTensors(vectors, head = {}) {
  const tensors = {};
  const put = (layer, name, l, shape) => {
    tensors[`base_model.model.bert.encoder.layer.${layer}.${name}.ia3_l`] = { shape, data: Float32Array.from(l) };
  };
  vectors.l_k.forEach((l_k, layer) => {
    const [l_v, l_ff] = [vectors.l_v[layer], vectors.l_ff[layer]];
    put(layer, "attention.self.key", l_k, [l_k.length, 1]);
    put(layer, "attention.self.value", l_v, [l_v.length, 1]);
    put(layer, "output.dense", l_ff, [1, l_ff.length]);
  });
  for (const [name, tensor] of Object.entries(head)) tensors[`base_model.model.classifier.${name}`] = tensor;
  return tensors;
}
