// The forks: runs that were begun from moments of this one, each in a player of its own below it.

import { h, icon, ICONS, put } from "./dom.js";

export class Forks {
  /** `open(store, element)` puts the view of a run into an element; it has `close`, `focus` and `root`. */
  constructor(store, { open }) {
    this.store = store;
    this.open = open;
    this.views = new Map(); // by reference
    this.element = h("div", { class: "ph-forks" });
  }

  /** Show the forks that there are. */
  async paint() {
    for (const reference of this.store.forks) {
      if (this.views.has(reference)) continue;
      this.views.set(reference, null);
      try {
        this.add(reference, await this.store.fork(reference));
      } catch {
        this.views.delete(reference); // a saved notebook may have lost it
      }
    }
  }

  add(reference, store) {
    const title = h("summary", {});
    const body = h("div", {});
    this.element.append(h("details", { class: "ph-fork-view", open: true }, title, body));
    const view = this.open(store, body);
    this.views.set(reference, view);
    const name = () => put(title, icon(ICONS.fork, { size: 12 }), "Fork ", h("code", {}, store.header.run), h("span", { class: `ph-chip ph-chip-${store.header.status}` }, store.header.status));
    for (const type of ["loaded", "patched"]) store.addEventListener(type, name);
    name();
    this.meet();
  }

  /** Go to the run of that id as soon as it is shown: the person has just made it. */
  expect(run) {
    this.expected = run;
    this.meet();
  }

  meet() {
    const view = [...this.views.values()].find((found) => found && found.store.header.run === this.expected);
    if (!view) return;
    this.expected = null;
    view.focus();
  }

  close() {
    for (const view of this.views.values()) view?.close();
  }
}
