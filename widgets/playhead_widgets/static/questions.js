// Questions: a card for each suspended step, with what it asks and the form to answer it.

import { h, icon, ICONS } from "./dom.js";
import { Form } from "./form.js";
import { treeView } from "./tree.js";
import { placeText } from "./board.js";

const OPEN = 3; // questions that are open at once; of more, the first

export class Questions {
  /** `answered(next)` is called when the person's answer was taken; `next` is the form of the next question, if any. */
  constructor({ answer, select, answered }) {
    this.answer = answer;
    this.answered = answered;
    this.select = select;
    this.cards = new Map();
    this.element = h("section", { class: "ph-questions", "aria-label": "Questions", hidden: true });
    this.rest = h("p", { class: "ph-more" });
  }

  /** Show the questions that wait; those that are shown already keep what was typed. */
  show({ items, total }) {
    const wanted = new Map(items.map((question) => [`${question.path} ${question.since}`, question]));
    let answered = false;
    for (const [key, card] of this.cards) {
      if (!wanted.has(key)) {
        answered ||= card.form === this.sent && isFree(card.element);
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
    this.place([...wanted.keys()].map((key) => this.cards.get(key)));
    this.element.append(this.rest);
    this.element.hidden = !total;
    if (answered) this.answered([...this.cards.values()].find(({ element }) => element.open)?.form.root);
    return fresh;
  }

  /** Put the cards in order. Those that stand right stay where they are: one that is moved loses the focus. */
  place(cards) {
    let at = this.element.firstChild;
    for (const { element } of cards) {
      if (element === at) at = at.nextSibling;
      else this.element.insertBefore(element, at);
    }
    if (cards.length && !cards.some(({ element }) => element.open)) cards[0].element.open = true;
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
    this.sent = form;
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

/** Whether the focus is there, or nowhere else: a button that is disabled loses it to what is around it. */
function isFree(element) {
  return element.contains(document.activeElement) || document.activeElement.contains(element);
}
