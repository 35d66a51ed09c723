// Questions: a card for each suspended step, with what it asks and the form to answer it.

import { h, icon, ICONS, put } from "./dom.js";
import { Form } from "./form.js";
import { treeView } from "./tree.js";
import { placeText } from "./board.js";

const OPEN = 3; // questions that are open at once; of more, the first

export class Questions {
  constructor({ answer, select }) {
    this.answer = answer;
    this.select = select;
    this.cards = new Map();
    this.element = h("section", { class: "ph-questions", "aria-label": "Questions", hidden: true });
    this.rest = h("p", { class: "ph-more" });
  }

  /** Show the questions that wait; those that are shown already keep what was typed. */
  show({ items, total }) {
    const wanted = new Map(items.map((question) => [`${question.path} ${question.since}`, question]));
    for (const [key, card] of this.cards) {
      if (!wanted.has(key)) {
        card.element.remove();
        this.cards.delete(key);
      }
    }
    const fresh = [];
    for (const [key, question] of wanted) {
      if (this.cards.has(key)) continue;
      const card = this.card(question, total);
      this.cards.set(key, card);
      fresh.push(question);
    }
    const more = total - items.length;
    this.rest.textContent = more > 0 ? `… and ${more.toLocaleString("en")} more wait for an answer` : "";
    put(this.element, [...wanted.keys()].map((key) => this.cards.get(key).element), more > 0 ? this.rest : null);
    this.element.hidden = !total;
    return fresh;
  }

  card(question, total) {
    const form = new Form(question.form, (raw) => this.send(question, form, raw));
    const open = total <= OPEN || !this.cards.size;
    const where = [placeText(question.path), question.label ? `label ${question.label}` : ""].filter(Boolean).join(" · ");
    const headline = question.headline || question.description || "This step waits for an answer.";
    const element = h("details", { class: "ph-question", open },
      h("summary", {},
        h("span", { class: "ph-ask" }, icon(ICONS.question)),
        h("span", { class: "ph-headline" }, headline),
        h("button", {
          type: "button", class: "ph-where",
          on: { click: (event) => { event.preventDefault(); this.select(question.path); } },
        }, where)),
      h("div", { class: "ph-answer" },
        question.payload ? h("div", { class: "ph-payload" }, treeView(question.payload, { bare: true })) : null,
        form.element));
    return { element, form };
  }

  async send(question, form, raw) {
    form.busy(true);
    try {
      const { result } = await this.answer(question.path, raw);
      if (result?.error) form.refuse(result.error);
    } catch (error) {
      form.refuse({ message: error.message === "disconnected" ? "The kernel is gone: nobody heard the answer." : error.message });
    } finally {
      form.busy(false);
    }
  }

  /** Answers are given in the present, to a kernel that is there. */
  enable(on) {
    for (const { form } of this.cards.values()) form.busy(!on);
    this.element.classList.toggle("ph-off", !on);
  }
}
