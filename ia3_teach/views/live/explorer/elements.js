/** Making elements: h("button", { class: "x", onclick: act }, "Undo"). */

const KEYED = ["input", "select", "button"]; // what answers to keys,
const OWN_KEYS = "data-lm-suppress-shortcuts"; // which JupyterLab would else take: arrows move between its cells

export function h(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  if (KEYED.includes(tag) || "tabindex" in settings) element.setAttribute(OWN_KEYS, "true");
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A label around a control, so that both name each other. */
export function labelled(words, control, ...after) {
  return h("label", {}, h("span", {}, words), control, ...after);
}

/** A menu; `options` is { value: words }. */
export function menu(options, value, act) {
  const select = h("select", { onchange: () => act(select.value) });
  for (const [key, words] of Object.entries(options)) select.append(h("option", { value: key }, words));
  select.value = value;
  return select;
}

/** Calls `act` at most once a frame, and says with which names it was asked for. */
export function onceAFrame(act) {
  let waiting = null;
  return (names) => {
    if (waiting) return names.forEach((name) => waiting.add(name));
    waiting = new Set(names);
    requestAnimationFrame(() => {
      const asked = waiting;
      waiting = null;
      act(asked);
    });
  };
}

/** Calls `act` once the frame that is being made has been painted: asked for while one is made, at most once for it. */
export function oncePainted(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      act();
    });
  };
}

/** Calls `act` when it was not asked for during `pause` milliseconds. */
export function whenQuiet(act, pause) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
}
