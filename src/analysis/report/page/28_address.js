"use strict";

// The part of the address after `#`: a section and the state of its forms, so that every view can be linked.
const Address = (() => {
  const listeners = new Map();

  function read() {
    const [section, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    return { section, state: new URLSearchParams(query) };
  }

  /** "#text?article=…"; empty values are left out. */
  function link(section, values) {
    const state = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null));
    return `#${section}${state.size ? `?${state}` : ""}`;
  }

  /** Changes the address without a new entry in the history and without scrolling. */
  function write(section, values) {
    try {
      history.replaceState(null, "", link(section, values));
    } catch {
      // Some browsers forbid it for files and some limit how often: the view works, only its address lags behind.
    }
  }

  /** `listener(state)` shows the section in that state and may return the element to scroll to. */
  function onChange(section, listener) {
    listeners.set(section, listener);
  }

  /** Links with a state are no element ids, so the browser does not scroll to them by itself. */
  function follow() {
    const { section, state } = read();
    const place = listeners.get(section)?.(state) ?? document.getElementById(section);
    place?.scrollIntoView();
  }

  function start() {
    addEventListener("hashchange", follow);
    // A link to where the address already leads changes nothing, but the reader may have scrolled away.
    document.addEventListener("click", ({ target }) => {
      if (target.closest("a[href*='?']")?.hash === location.hash) follow();
    });
    if (location.hash.includes("?")) follow();
  }

  return { link, write, onChange, start };
})();
