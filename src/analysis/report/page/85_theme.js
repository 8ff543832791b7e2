"use strict";

// Light and dark: as the system has it, until a person chooses. Paper is always light.
const Theme = (() => {
  const STORE = "tarmim theme";
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null;
    }
  }

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);

  function apply() {
    Dom.byId("theme-toggle").textContent = isDark() ? "Light" : "Dark";
    Dom.byId("theme-toggle").setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    Charts.redrawAll();
  }

  function toggle() {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(STORE, root.dataset.theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    apply();
  }

  function print(isPrinting) {
    const chosen = stored();
    if (isPrinting) root.dataset.theme = "light";
    else if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    if (isPrinting) Charts.drawAll();
    else Charts.redrawAll();
  }

  function start() {
    const chosen = stored();
    if (chosen) root.dataset.theme = chosen;
    Dom.byId("theme-toggle").addEventListener("click", toggle);
    systemIsDark.addEventListener("change", apply);
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
    apply();
  }

  return { start };
})();
