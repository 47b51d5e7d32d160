// Live requests: the last ones as a table, and one of them opened.
import { call } from "./api.js";
import { $, code, copyButton, el, exact, fill, stamp, time } from "./dom.js";
import { open, part } from "./drawer.js";
import { curl } from "./snippets.js";
import { act, chosen, draw, keyOf, onDraw, state } from "./state.js";

export function begin() {
  $("pause").addEventListener("click", ({ target }) => {
    state.paused = !state.paused;
    target.setAttribute("aria-pressed", state.paused);
    draw();
  });
  $("clear").addEventListener("click", () => act(() => call("DELETE", "requests")));
  onDraw(show);
}

function show() {
  $("clear").disabled = state.requests.length === 0;
  if (state.paused) return;
  // Bodies may be long; a request that has this number and is shown to this organization reads as it did.
  const print = ({ number }) => `${number} ${chosen().id}`;
  fill($("requests").tBodies[0], state.requests, { key: ({ number }) => number, draw: row, empty, print });
}

function empty() {
  const text = "Nothing was asked yet. Paste a snippet from Connect, or point your SDK at the base URL.";
  return el("tr", el("td.empty", { colspan: 5 }, text));
}

function row(request) {
  const opens = { type: "button", onclick: () => details(request) };
  return el(
    "tr",
    el("td.figures.wide.soft", time(request.at)),
    el("td", el("button.row", opens, el("span.method", request.method), " ", ...path(request))),
    el("td.wide.soft", who(request)),
    el("td", status(request), " ", request.fault && el("span.tag.refusal", "fault")),
    el("td.number.soft", took(request)),
  );
}

/** In a narrow window without the prefix that all have. */
function path({ path }) {
  const prefix = new URL(state.url).pathname;
  if (!path.startsWith(`${prefix}/`)) return [el("span.code", path)];
  return [el("span.code.wide", prefix), el("span.code", path.slice(prefix.length))];
}

function status({ status }) {
  if (status === null) return el("span.status.failure", "none");
  return el(`span.status.${status < 400 ? "ok" : status < 500 ? "refusal" : "failure"}`, status);
}

const took = ({ ms }) => `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;

function who({ key, organization }) {
  if (key === null) return "nobody";
  const named = state.organizations.find((each) => each.id === organization)?.name ?? organization;
  return organization === chosen().id ? key : `${key}, ${named}`;
}

function details(request) {
  const facts = {
    Status: status(request),
    Took: took(request),
    At: stamp(request.at),
    Key: request.key ?? "none, or an unknown one",
    Organization: request.organization ?? "–",
    Operation: request.operation ?? "none: no such URL",
    "Request id": request.request_id ?? "–",
    Fault: request.fault === "header" ? "asked for by its own X-Fake-Fault" : (request.fault ?? "none"),
  };
  open(
    `${request.method} ${request.path}`,
    el("dl", ...Object.entries(facts).flatMap(([name, fact]) => [el("dt", name), el("dd", fact)])),
    el(
      "div.bar",
      copyButton(() => asCurl(request), "it as curl", "Copy as curl", ""),
    ),
    body("Request", request.request_body),
    body("Answer", request.response_body),
    request.cut && el("p.soft", "A body was longer than what is kept of it."),
  );
}

function asCurl({ method, path, request_body: sent, ...request }) {
  return curl(method, new URL(path, location.href).href, keyOf(request)?.secret ?? "YOUR_API_KEY", sent || undefined);
}

function body(title, text) {
  if (!text) return part(title, el("p.soft", "No body."));
  const shown = pretty(text);
  return part(
    title,
    code(`${title} body`, shown),
    copyButton(() => shown, `the ${title.toLowerCase()} body`),
  );
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text, exact), null, 2);
  } catch {
    return text; // half an answer, or no JSON at all: as it was
  }
}
