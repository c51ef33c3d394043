// The drawings on the buttons of the toolbar: lines on a field of 24 by 24.

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  bold: "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z",
  italic: "M10 5h8M6 19h8M14 5l-4 14",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  heading: "M6 5v14M18 5v14M6 12h12",
  bullets: "M10 6h10M10 12h10M10 18h10M5 6h.01M5 12h.01M5 18h.01",
  numbers: "M11 6h9M11 12h9M11 18h9M4 4.5h1.5V9M4 15h2.5L4 19h2.5",
  tasks: "M3 6l1.75 1.75L8 4.5M3 17l1.75 1.75L8 15.5M12 6h9M12 17h9",
  quote: "M5 5v14M10 7h10M10 12h10M10 17h7",
  "code-block": "M4 5h16v14H4zM10 9.5L7.5 12l2.5 2.5M14 9.5l2.5 2.5-2.5 2.5",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M11 5v14",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5L13 16l2.5-2.5L20 18M15.5 9h.01",
  blocks: "M13 3L5 13.5h6l-1 7.5 8-10.5h-6z",
  withhold: "M3 3l18 18M10 6.3A9 9 0 0 1 12 6c5 0 8.5 6 8.5 6a15 15 0 0 1-2.4 2.9M6.5 7.8A15 15 0 0 0 3.5 12S7 18 12 18a8 8 0 0 0 3.6-.9",
  find: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  undo: "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
  redo: "M16 5l4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h3",
};

/** The drawing of a tool. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  made.setAttribute("class", "editor-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", LINES[name]);
  made.append(path);
  return made;
}
