// On paper everything is light, whichever theme the screen has.
(() => {
  const page = document.documentElement;
  let shown = null;
  addEventListener("beforeprint", () => {
    shown ??= page.dataset.theme;
    page.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    if (shown) page.dataset.theme = shown;
    shown = null;
  });
})();
