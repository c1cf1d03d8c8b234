/** The hand on a map: move what is selected up and down, brush a group, pan, zoom with the wheel, hover for numbers. */

const PIXELS = 40; // of a drag, for a factor of two
const CLICK = 4; // pixels within which a hand counts as still

/** `acts`: what may be done, see explorer.js. */
export function listenToPointer(band, store, acts) {
  const { canvas } = band;
  let hand = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    hand = { start: band.under(event), x: event.clientX, y: event.clientY, view: { ...band.view }, moves: false };
    if (hand.start.gutter) acts.selectLayer(band.kind, hand.start.layer);
    else if (store.get("tool") === "move") beginMove(band, hand, acts);
  });
  canvas.addEventListener("pointermove", (event) => {
    acts.hover(band, band.under(event));
    if (!hand) return;
    hand.moves ||= Math.hypot(event.clientX - hand.x, event.clientY - hand.y) > CLICK;
    if (hand.moves) TOOLS[store.get("tool")](band, hand, event, acts);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (hand && !hand.moves && !hand.start.gutter) acts.selectEntry(band, band.under(event));
    hand = null;
  });
  canvas.addEventListener("pointercancel", () => (hand = null));
  canvas.addEventListener("pointerleave", () => acts.hover(band, null));
  canvas.addEventListener("wheel", (event) => wheel(band, event, acts), { passive: false });
}

const TOOLS = {
  move(band, hand, event, acts) {
    acts.drag(2 ** ((hand.y - event.clientY) / PIXELS), hand.before);
  },
  brush(band, hand, event, acts) {
    acts.selectGroup(band, hand.start, band.under(event));
  },
  pan(band, hand, event, acts) {
    const { left, right, top, bottom } = hand.view;
    const across = ((hand.x - event.clientX) / band.canvas.clientWidth) * (right - left);
    const down = ((hand.y - event.clientY) / band.height) * (bottom - top);
    Object.assign(band.view, hand.view);
    band.pan(across, down);
    acts.redraw();
  },
};

/** A hand on something selected moves all of that, anywhere else the one entry below it. */
function beginMove(band, hand, acts) {
  if (!acts.isSelected(band, hand.start)) acts.selectEntry(band, hand.start);
  hand.before = acts.factorSoFar();
}

/** Zoom with Ctrl or on a map that has the focus, so that a page can still be scrolled over it. */
function wheel(band, event, acts) {
  if (!event.ctrlKey && document.activeElement !== band.canvas) return;
  event.preventDefault();
  band.zoom(event.deltaY > 0 ? 1.25 : 0.8, band.under(event));
  acts.redraw();
}
