/** Saving: the two files of an adapter that PEFT reads, and a link that shows the same again. */

import { writeSafetensors } from "../safetensors.js";
import { bertTensors, bloomTensors } from "../vectors.js";
import { h } from "./elements.js";

/** { "adapter_model.safetensors": bytes, "adapter_config.json": bytes } of vectors, and of BERT's own head. */
export function adapterFiles(vectors, { type, config, adapterConfig }, head) {
  const tensors = type === "bert" ? bertTensors(vectors, head) : bloomTensors(vectors, config);
  return {
    "adapter_model.safetensors": writeSafetensors(tensors),
    "adapter_config.json": new TextEncoder().encode(JSON.stringify(adapterConfig, null, 2)),
  };
}

/** Hand files to the browser, one after the other. */
export function download(files) {
  for (const [name, bytes] of Object.entries(files)) {
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = h("a", { href: address, download: name, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}
