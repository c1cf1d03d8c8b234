/** The keyboard on a map. */

export const HELP =
  "Arrows: go to another entry. Shift and arrows: select a group. + and −: move what is selected up or down. " +
  "1: set it to 1. L: its layer. K: its kind. P: pin. Z: undo. I and O: zoom in and out. Page up and down: pan. " +
  "Home and End: first and last channel. Escape: only this entry.";

const STEP = 2 ** 0.25; // four steps for a factor of two

export function listenToKeys(band, acts) {
  band.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actOf(event, band, acts);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

function actOf(event, band, acts) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (step) return () => acts.step(band, ...step, event.shiftKey);
  const width = band.view.right - band.view.left;
  return {
    Home: () => acts.step(band, 0, -band.shape[1], event.shiftKey),
    End: () => acts.step(band, 0, band.shape[1], event.shiftKey),
    PageUp: () => acts.pan(band, -Math.ceil(width / 2)),
    PageDown: () => acts.pan(band, Math.ceil(width / 2)),
    Escape: () => acts.selectEntry(band, acts.focusOf(band)),
    "+": () => acts.multiply(STEP),
    "=": () => acts.multiply(STEP),
    "-": () => acts.multiply(1 / STEP),
    1: () => acts.setTo(1),
    l: () => acts.selectLayer(band.kind, acts.focusOf(band).layer),
    k: () => acts.selectKind(band.kind),
    p: () => acts.pin(),
    z: () => acts.undo(),
    i: () => acts.zoom(band, 0.5),
    o: () => acts.zoom(band, 2),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}
