// The page: each part begins, and from then on the fake's events keep it as the fake is.
import { call, fragment, listen, use } from "./api.js";
import * as assistants from "./assistants.js";
import * as controls from "./controls.js";
import { $ } from "./dom.js";
import * as faults from "./faults.js";
import * as organizations from "./organizations.js";
import * as requests from "./requests.js";
import { heard, refresh, state } from "./state.js";

async function start() {
  state.url = (await call("GET", "health")).url;
  for (const link of document.querySelectorAll("nav a")) link.hash = fragment();
  for (const part of [assistants, organizations, controls, faults, requests]) part.begin();
  // What has changed while nobody listened is asked for when it is heard again.
  listen("events", heard, (on) => {
    state.live = on;
    $("live").textContent = on ? "live" : "reconnecting";
    $("live").classList.toggle("on", on);
    if (on) refresh("all");
  });
}

/** A fake with a control token lets nobody in without it; the page asks for it once. */
async function enter() {
  try {
    await call("GET", "clock");
  } catch (fault) {
    if (fault.status !== 401) throw fault;
    $("door").hidden = false;
    $("door").elements.token.focus();
    return;
  }
  $("door").hidden = true;
  document.querySelector("main").hidden = false;
  await start();
}

$("door").addEventListener("submit", (event) => {
  event.preventDefault();
  use($("door").elements.token.value.trim());
  enter();
});
enter();
