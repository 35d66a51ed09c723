// The header: which run this is and how it stands, and the banners below it.

import { copyable, h, icon, ICONS, put, span } from "./dom.js";
import { placeText } from "./board.js";
import { stood } from "./standing.js";
import { momentText } from "./scrubber.js";

export class Header {
  constructor(store, look, { select, edits }) {
    this.store = store;
    this.edits = edits;
    this.look = look;
    this.select = select;
    this.element = h("header", { class: "ph-head" });
    this.banner = h("div", { class: "ph-banner", hidden: true });
    this.clock = h("span", { class: "ph-clock" });
  }

  /** Show the run as it stands; at a moment of the `past` with the status it had then. */
  paint(past, board) {
    const { header, connected } = this.store;
    const status = past ? board.state("") : header.status;
    const key = JSON.stringify([header, status, Boolean(past), connected]);
    if (key !== this.key) {
      this.key = key;
      this.clock = h("span", { class: "ph-clock" });
      put(this.element, this.names(header), h("div", { class: "ph-state" },
        past ? h("span", { class: "ph-past-chip" }, "PAST") : null, this.status(status, past), this.clock));
      const error = !past && header.error;
      put(this.banner, error ? this.error(header) : null, connected ? null : orphanBanner(header));
      this.banner.hidden = !error && connected;
    }
    this.clock.textContent = status === "pending" ? "" : span(past ? past.ms : this.store.elapsed());
  }

  names({ workflow, description, run, place, parent }) {
    return h("div", { class: "ph-names" },
      h("button", { type: "button", class: "ph-name", title: description || "Look at the run", on: { click: () => this.select(null) } }, workflow ?? ""),
      copyable(run ?? "", "Copy run id"),
      parent ? h("span", { class: "ph-lineage", title: `This run began as ${parent[0]} stood after event ${parent[1]}` },
        icon(ICONS.fork, { size: 12 }), "fork of ", h("code", {}, parent[0]), ` ${this.since(parent[1])}`) : null,
      place ? h("span", { class: "ph-place", title: "The store this run is in" }, "in ", h("code", {}, place)) : null,
      this.edits);
  }

  /** The moment of a fork's parent that it began with. */
  since(seq) {
    const checkpoint = this.store.checkpoints.findLast((found) => found.seq <= seq);
    return checkpoint ? `after ${momentText(checkpoint)}` : `at event ${seq}`;
  }

  status(status, past) {
    const drawn = icon(this.look.glyphs[status], { filled: ["running", "canceled"].includes(status), size: 13 });
    drawn.setAttribute("viewBox", "-7 -7 14 14");
    return h("span", { class: `ph-status ph-chip-${status}`, "data-status": status }, drawn, past ? stood(status) : status);
  }

  error({ error, failed }) {
    return h("div", { class: "ph-error-banner" },
      failed ? h("button", { type: "button", class: "ph-where", on: { click: () => this.select(failed) } }, placeText(failed)) : null,
      h("p", {}, h("strong", {}, error.type), error.message ? `: ${error.message}` : ""));
  }
}

function orphanBanner(header) {
  return h("div", { class: "ph-orphan-banner", role: "status" },
    h("span", {}, icon(ICONS.unplug), " The kernel is gone. This is the last picture of the run; attach again with "), copyable(`%workflow show ${header.run}`, "Copy"));
}
