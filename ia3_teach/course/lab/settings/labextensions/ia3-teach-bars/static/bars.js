// A progress bar that is gone leaves an empty output, and under a cell that has no other the page keeps 20 pixels.
(() => {
  const all = ".jp-Cell-outputWrapper:has(> .jp-OutputArea > .jp-OutputArea-child)";
  const empty = ":not(:has(.jp-OutputArea-output:not(:empty)))";

  const activate = () => {
    const style = document.createElement("style");
    style.textContent = `${all}${empty} { display: none; }`;
    document.head.append(style);
  };

  const plugin = { id: "ia3-teach-bars:plugin", autoStart: true, activate };
  // The form in which JupyterLab loads an extension that was built beforehand.
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["ia3-teach-bars"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
