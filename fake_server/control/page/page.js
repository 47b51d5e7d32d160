// The page: each part starts, and then the events of the fake keep the page up to date.
import { call, fragment, listen, setToken } from "./api.js";
import * as assistants from "./assistants.js";
import * as controls from "./controls.js";
import { $ } from "./dom.js";
import * as faults from "./faults.js";
import * as organizations from "./organizations.js";
import * as requests from "./requests.js";
import { applyEvent, onDraw, refresh, state } from "./state.js";

async function start() {
  const { url, edition, kept } = await call("GET", "health");
  Object.assign(state, { url, kept });
  $("edition").textContent = `edition ${edition}`;
  $("edition").hidden = kept.length === 0; // the page's own edition needs no name
  for (const link of document.querySelectorAll("nav a")) link.hash = fragment();
  for (const part of [assistants, organizations, controls, faults, requests]) part.begin();
  onDraw(() => (document.querySelector("main").inert = !state.loaded));
  // Changes during a pause of the event stream sent no event, so everything is loaded again.
  listen("events", applyEvent, (on) => {
    state.live = on;
    $("live").textContent = on ? "live" : "reconnecting";
    $("live").classList.toggle("on", on);
    if (on) refresh("all");
  });
}

/** If the fake needs a control token, show the form that asks for it. */
async function openPage() {
  try {
    await call("GET", "clock");
  } catch (fault) {
    if (fault.status !== 401) throw fault;
    $("login").hidden = false;
    $("login").elements.token.focus();
    return;
  }
  $("login").hidden = true;
  document.querySelector("main").hidden = false;
  await start();
}

$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken($("login").elements.token.value.trim());
  openPage();
});
openPage();
