// What is opened stands at the right, over the page: the browser's own dialog, with its focus and its Escape.
import { $, button, el, present } from "./dom.js";

const drawer = $("drawer");
let opener; // where one stood

drawer.addEventListener("click", (event) => event.target === drawer && close());

export function open(title, ...inner) {
  const head = el("div.head", el("h2.grow", { id: "drawer-title" }, title), button("Close", close));
  $("opened").replaceChildren(head, ...present(inner));
  if (!drawer.open) {
    opener = document.activeElement;
    drawer.showModal();
  }
  drawer.scrollTop = 0;
}

/** Back to where one stood: the browser does it, unless that row has been drawn anew meanwhile. */
drawer.addEventListener("close", () => {
  if (opener.isConnected) return;
  const key = CSS.escape(opener.closest("[data-key]").dataset.key);
  document.querySelector(`[data-key="${key}"] button`)?.focus();
});

export function close() {
  drawer.close();
}

/** A titled piece of what is opened, with what can be done with it beside the title. */
export function part(title, node, ...beside) {
  return el("div.part", el("div.bar", el("h3", title), el("span.grow"), ...beside), node);
}
