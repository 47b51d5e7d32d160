// The drawer at the right shows details. It is a dialog of the browser, which handles the focus and the Escape key.
import { $, button, el, present } from "./dom.js";

const drawer = $("drawer");
let opener; // the element that had the focus

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

/** The browser restores the focus, unless the row of the opener was drawn again. */
drawer.addEventListener("close", () => {
  if (opener.isConnected) return;
  const key = CSS.escape(opener.closest("[data-key]").dataset.key);
  document.querySelector(`[data-key="${key}"] button`)?.focus();
});

export function close() {
  drawer.close();
}

/** A section of the drawer with a title, and buttons beside the title. */
export function part(title, node, ...beside) {
  return el("div.part", el("div.bar", el("h3", title), el("span.grow"), ...beside), node);
}
