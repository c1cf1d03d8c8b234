// The handle of an ipywidgets slider has no accessible name, and where a slider moves over a list its value is
// announced as a place in the list. The page shows both, beside the handle: the name and the value.
(() => {
  const put = (element, attribute, text) => {
    if (text && element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
  };

  const label = () => {
    for (const handle of document.querySelectorAll(".widget-slider .noUi-handle")) {
      const slider = handle.closest(".widget-slider");
      put(handle, "aria-label", slider.querySelector(".widget-label")?.textContent.trim());
      put(handle, "aria-valuetext", slider.querySelector(".widget-readout")?.textContent.trim());
    }
  };

  const activate = () => {
    const changes = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext"] };
    new MutationObserver(label).observe(document.body, changes);
    label();
  };

  const plugin = { id: "ia3-teach-labels:plugin", autoStart: true, activate };
  // The form in which JupyterLab loads an extension that was built beforehand.
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["ia3-teach-labels"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
