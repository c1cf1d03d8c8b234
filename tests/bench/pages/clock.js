/** Milliseconds from a key press to the frame after the picture has changed, measured inside the page. */
globalThis.pressesIn = (view) => {
  const times = []; // { time, fresh }: whether the picture had not been shown before
  const known = new Set([view.querySelector(".picture img")?.src]);
  let pressed = null;
  view.addEventListener("keydown", (event) => (pressed = event.timeStamp), true);

  /** Called while a frame is made: a message is taken up once that is done. */
  const framed = (began, fresh) => {
    const after = new MessageChannel();
    after.port1.onmessage = () => times.push({ time: performance.now() - began, fresh });
    after.port2.postMessage(null);
  };

  /** The press that this change answers, if one is waiting. */
  const answered = (then) => {
    if (pressed === null) return;
    const began = pressed;
    pressed = null;
    then(began);
  };

  const shown = (image, began) => {
    const fresh = !known.has(image.src);
    known.add(image.src);
    const next = () => requestAnimationFrame(() => framed(began, fresh));
    if (image.complete) next();
    else image.addEventListener("load", next, { once: true });
  };

  const picture = view.querySelector(".picture");
  const changed = () => answered((began) => shown(picture.querySelector("img"), began));
  if (picture) new MutationObserver(changed).observe(picture, { childList: true });
  for (const canvas of view.querySelectorAll("canvas.map")) {
    const context = canvas.getContext("2d"); // drawn while a frame is made
    const draw = context.drawImage;
    context.drawImage = (...what) => (draw.apply(context, what), answered((began) => framed(began, true)));
  }
  return times;
};
