// The translated strings of the editor, as the page hands them over, and small helpers to build elements with.

/** A function that gives the text of a key, with `{name}` replaced by values. */
export function reader(form) {
  let texts = {};
  try {
    texts = JSON.parse(form.dataset.words ?? "{}");
  } catch {
    // The keys themselves are shown.
  }
  return (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** An element with its attributes and what stands in it. Attributes that are undefined are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(className, label, act) {
  const made = element("button", { type: "button", class: className }, label);
  made.addEventListener("click", act);
  return made;
}

/** A time of day, as the page's language writes it. */
export function clock(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

/** Where to sign in, coming back here. */
export const signInUrl = () => `/desk/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/** Lets the arrow keys, Home and End move between buttons of which only one is in the Tab order. */
export function rove(box, buttons, onMove = () => {}) {
  const enter = (target) => {
    for (const other of buttons) other.tabIndex = other === target ? 0 : -1;
  };
  enter(buttons.find((each) => each.getAttribute("aria-selected") === "true") ?? buttons[0]);
  box.addEventListener("focusin", (event) => buttons.includes(event.target) && enter(event.target));
  box.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const goal = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const target = buttons[(goal + buttons.length) % buttons.length];
    enter(target);
    target.focus();
    onMove(target);
  });
}
