// What a `#` offers to link to: rows of the timeline, runs, components, other incidents, runbooks. Fetched once, when first asked for.

import { syntaxTree } from "@codemirror/language";
import { isComposing } from "./view.js";

const OFFERED_MAX = 40;
/** Before it, a `#` is part of an address, a number or a word. */
const IS_INSIDE = /[\w#＃\/&=?.\-\]]$|\]\([^)\s]*$/;

const plain = (text) => (text ?? "").normalize("NFKC").toLowerCase();

/** How well something fits what is typed: undefined when letters are missing, less is better. */
export function rank(text, query) {
  const at = text.indexOf(query);
  if (at >= 0) return at === 0 ? 0 : 1 + at / 1000;
  // The letters in their order, from wherever they stand closest together.
  let best;
  for (let start = text.indexOf(query[0]); start >= 0; start = text.indexOf(query[0], start + 1)) {
    let place = start;
    for (const letter of query.slice(1)) place = place < 0 ? place : text.indexOf(letter, place + 1);
    if (place < 0) break;
    best = Math.min(best ?? Infinity, 10 + place - start);
  }
  return best;
}

/** The mentions that fit, the best first. */
export function choose(mentions, query) {
  const wanted = plain(query);
  return mentions
    .map((mention, order) => ({ mention, order, rank: rank(mention.searched, wanted) }))
    .filter((each) => each.rank !== undefined)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .slice(0, OFFERED_MAX)
    .map(({ mention }) => mention);
}

/** What can be mentioned, for all languages of a page. */
export function loader(url, user) {
  let loading;
  const load = async () => {
    const response = await fetch(`${url}/mentions`, { headers: { accept: "application/json", "yagura-user": user }, redirect: "manual" });
    if (!response.ok) throw new Error(`mentions: ${response.status}`);
    const mentions = await response.json();
    return mentions.map((mention) => ({ ...mention, searched: plain(`${mention.label} ${mention.detail} ${mention.kind}`) }));
  };
  return () => {
    loading ??= load().catch(() => {
      // The next `#` asks again.
      loading = undefined;
      return [];
    });
    return loading;
  };
}

/** A source of completions for CodeMirror. */
export function completions(load) {
  return async (context) => {
    if (context.view && isComposing(context.view)) return null;
    const match = context.matchBefore(/[#＃][\p{L}\p{N}_:ー-]*/u);
    if (!match) return null;
    const line = context.state.doc.lineAt(match.from);
    const before = line.text.slice(0, match.from - line.from);
    const query = match.text.slice(1);
    // At the beginning of a line it may become a heading.
    if (!query && (!context.explicit || !before.trim())) return null;
    if (IS_INSIDE.test(before)) return null;
    for (let node = syntaxTree(context.state).resolveInner(match.from, 1); node; node = node.parent) {
      if (/Code|URL/.test(node.name)) return null;
    }
    const mentions = await load();
    if (context.aborted || (context.view && isComposing(context.view))) return null;
    const options = choose(mentions, query).map(({ kind, label, detail, insert }) => ({ label, detail, type: kind, apply: insert }));
    return options.length ? { from: match.from, options, filter: false } : null;
  };
}
