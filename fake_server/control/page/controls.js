// The small machines at the side: how to connect, the limiter, the clock, snapshots and the reset.
import { call, pathOf } from "./api.js";
import { $, button, copy, copyButton, el, fill, number, stamp, twice } from "./dom.js";
import { snippetBox } from "./snippets.js";
import { act, chosen, onDraw, ownKeys, refresh, state } from "./state.js";

let picked; // the key that the snippet is written with

export function begin() {
  $("base-url").addEventListener("click", () => copy(state.url, "the base URL"));
  $("limit").addEventListener("submit", setLimit);
  $("minute").addEventListener("click", () => act(() => call("PATCH", "clock", { advance: 60 }), "A minute later."));
  $("freeze").addEventListener("click", () => act(() => call("PATCH", "clock", { frozen: !state.clock.frozen })));
  $("snapshot").addEventListener("submit", takeSnapshot);
  twice($("reset"), "Press again: everything", () => act(() => call("POST", "reset", {}), "All is as at first."));
  twice($("reset-one"), "Press again: this one", () => {
    const { id, name } = chosen();
    act(() => call("POST", "reset", { organization: id }), `${name} is as at first.`);
  });
  onDraw(show);
  setInterval(tick, 1000);
}

function show() {
  $("base-url").textContent = state.url;
  const keys = ownKeys();
  picked = (keys.find(({ secret }) => secret === picked) ?? keys[0])?.secret;
  fill($("connect"), [{ picked, keys }], { key: () => "connect", draw: connect });
  const limit = $("limit").elements.limit;
  if (document.activeElement !== limit) limit.value = state.limiter.limit ?? "off";
  const own = state.limiter.keys.filter(({ organization }) => organization === chosen().id);
  fill($("limiter"), own, { key: ({ label }) => label, draw: usage });
  $("freeze").setAttribute("aria-pressed", state.clock.frozen);
  fill($("snapshots"), state.snapshots, { key: ({ name }) => name, draw: snapshot });
  tick();
}

function connect({ keys }) {
  if (keys.length === 0) return el("p.empty", `${chosen().name} has no key.`);
  const option = ({ secret, label, active }) =>
    el("option", { value: secret, selected: secret === picked }, `${label}: ${active ? secret : "switched off"}`);
  const select = el("select.grow", { "aria-label": "API key", onchange: pick }, ...keys.map(option));
  function pick() {
    picked = select.value;
    show();
  }
  return el(
    "div.snippet",
    el(
      "div.bar",
      select,
      copyButton(() => select.value, "the key", "Copy key"),
    ),
    snippetBox("connect with", state.url, picked),
  );
}

function usage({ label, limit, used, left, reset }) {
  if (limit === null) return el("li", el("span.name", label), el("span.soft.small", "no limit"));
  const said = `${left} of ${limit} left`;
  const range = { min: 0, max: limit, value: left, low: limit / 4, high: limit / 2, optimum: limit };
  return el(
    "li",
    el("span.name", label),
    el("meter", { ...range, "aria-label": `${label}: ${said}` }),
    el("span.small.figures.count", said),
    el("span.soft.small.figures.aside", { title: "until all of it is there again" }, used > 0 && `${reset} s`),
  );
}

function setLimit(event) {
  event.preventDefault();
  const input = $("limit").elements.limit;
  const limit = input.value.trim() === "off" ? null : number(input.value);
  input.blur();
  act(() => call("PATCH", "limiter", { limit }), limit === null ? "No limit." : `${limit} calls a minute.`);
  refresh("limiter"); // what was refused is not left standing in the field
}

function tick() {
  const { now, frozen, offset, read } = state.clock;
  const at = now + (frozen ? 0 : (Date.now() - read) / 1000);
  $("now").dateTime = new Date(at * 1000).toISOString();
  $("now").textContent = stamp(at);
  $("ahead").textContent = frozen ? "stands still" : apart(offset);
  // What was used comes back as time goes by, and no event tells.
  if (state.live && !document.hidden && Math.floor(at) % 5 === 0 && state.limiter.keys.some(({ used }) => used))
    refresh("limiter");
}

function apart(seconds) {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 1) return "as your machine";
  const [size, unit] = whole < 60 ? [1, "s"] : whole < 7200 ? [60, "min"] : whole < 172800 ? [3600, "h"] : [86400, "d"];
  return `${Number((whole / size).toFixed(1))} ${unit} ${seconds > 0 ? "ahead of" : "behind"} your machine`;
}

async function takeSnapshot(event) {
  event.preventDefault();
  const form = $("snapshot");
  const name = form.elements.name.value;
  if (await act(() => call("PUT", pathOf("snapshots", name), {}), `Kept as ${name}.`)) form.reset();
}

function snapshot({ name, assistants, organization }) {
  const path = pathOf("snapshots", name);
  const restore = () => act(() => call("POST", `${path}/restore`), `Back to ${name}.`);
  const forget = () => act(() => call("DELETE", path));
  const held = `${assistants} assistant${assistants === 1 ? "" : "s"} of ${organization ?? "all organizations"}`;
  return el(
    "li",
    el("span.name", name, el("br"), el("span.soft.small.figures", held)),
    button("Restore", restore, { "aria-label": `Restore ${name}` }),
    button("Forget", forget, { class: "quiet", "aria-label": `Forget ${name}` }),
  );
}
