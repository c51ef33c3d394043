// The text as readers will see it: rendered by the server, which alone knows the live blocks, while one types.

import { element, signInUrl } from "./words.js";

/** So long nothing was typed before the text is rendered. */
const RENDER_AFTER_MS = 400;
const ANSWER_MAX_MS = 20000;

const isHeading = "h1, h2, h3, h4, h5, h6";
const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");

export class Preview {
  /** One request at a time; of what is typed meanwhile only the newest is asked for. */
  isBusy = false;
  /** What stands in the preview, and what shall stand there. */
  shown;
  wanted;

  constructor({ url, user, language, word }) {
    Object.assign(this, { url, user, language, word });
    this.state = element("p", { class: "hint editor-preview-state", role: "status" });
    this.body = element("div", { class: "editor-preview-body", lang: language });
    const title = element("h2", { class: "editor-preview-title", id: `editor-preview-${language}` }, word(`preview-${language}`));
    this.frame = element("div", { class: "editor-preview-frame", tabindex: "0", role: "region", "aria-labelledby": title.id }, this.body);
    this.element = element("section", { class: "editor-preview" }, title, this.state, this.frame);
    addEventListener("online", () => this.render());
  }

  /** Renders the text soon. */
  schedule(text) {
    this.wanted = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.render(), RENDER_AFTER_MS);
  }

  async render() {
    clearTimeout(this.timer);
    if (this.wanted === undefined || this.wanted === this.shown) return;
    // It is asked for when the answer is there.
    if (this.isBusy) return;
    if (!this.wanted.trim()) {
      this.fill("");
      this.say("preview-empty");
      this.shown = this.wanted;
      return;
    }
    this.isBusy = true;
    const text = this.wanted;
    const isNews = await this.ask(text);
    this.isBusy = false;
    // After a failure the next key or the network's return asks again.
    if (isNews && this.wanted !== text) this.render();
  }

  /** True when the answer came, whatever it was. */
  async ask(text) {
    if (!navigator.onLine) {
      this.say("preview-offline");
      return false;
    }
    try {
      const response = await fetch(`${this.url}/preview`, {
        method: "POST",
        body: new URLSearchParams({ language: this.language, text }),
        headers: { "yagura-user": this.user },
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
      });
      if (response.ok) {
        this.fill(await response.text());
        this.shown = text;
        this.say();
      } else if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
        this.say("preview-signed-out", element("a", { href: signInUrl(), target: "_blank" }, this.word("sign-in")));
      } else {
        const problem = await response.json().catch(() => ({}));
        this.say("preview-failed", problem.detail ?? String(response.status));
      }
      return true;
    } catch {
      this.say("preview-offline");
      return false;
    }
  }

  /** Says why the preview is not what is typed; without a key, that it is. */
  say(key, more) {
    const text = key ? this.word(key) : "";
    this.element.classList.toggle("is-old", Boolean(key) && key !== "preview-empty");
    if (this.state.textContent === text && !more) return;
    this.state.replaceChildren(text, ...(more ? [" ", more] : []));
  }

  fill(html) {
    this.body.innerHTML = html;
    // What is typed stays on the screen.
    for (const link of this.body.querySelectorAll("a[href]:not([href^='#'])")) {
      link.target = "_blank";
      link.rel = "noopener";
    }
    // Somebody who moves with Tab goes from the text to what comes after the preview.
    for (const field of this.body.querySelectorAll("input")) field.disabled = true;
  }

  /** Shows the heading under which is typed. `nth`: how many headings before it say the same. */
  follow(text, nth) {
    if (this.frame.scrollHeight <= this.frame.clientHeight) return;
    const same = [...this.body.querySelectorAll(isHeading)].filter((heading) => letters(heading.textContent) === letters(text));
    const target = same[nth] ?? same[0];
    const top = target ? target.getBoundingClientRect().top - this.body.getBoundingClientRect().top : 0;
    const isSeen = top >= this.frame.scrollTop && top <= this.frame.scrollTop + this.frame.clientHeight / 2;
    if (!isSeen) this.frame.scrollTop = Math.max(0, top - 8);
  }
}
