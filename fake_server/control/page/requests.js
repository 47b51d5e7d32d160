// The live request log: a table, and the details of one request.
import { call } from "./api.js";
import { $, code, copyButton, el, exact, fill, stamp, time } from "./dom.js";
import { open, part } from "./drawer.js";
import { curlOf } from "./replay.js";
import { act, chosen, draw, onDraw, revealKeys, state } from "./state.js";

export function begin() {
  $("pause").addEventListener("click", ({ target }) => {
    state.paused = !state.paused;
    target.setAttribute("aria-pressed", state.paused);
    draw();
  });
  $("clear").addEventListener("click", () => act(() => call("DELETE", "requests")));
  $("save").addEventListener("click", saveArchive);
  onDraw(show);
}

/** A link could not send the control token. */
async function saveArchive() {
  const archive = await act(() => call("GET", "requests.har"));
  const file = new Blob([JSON.stringify(archive)], { type: "application/json" });
  if (archive) el("a", { href: URL.createObjectURL(file), download: "assistants-fake.har" }).click();
}

function show() {
  $("clear").disabled = $("save").disabled = state.requests.length === 0;
  if (state.paused) return;
  // Bodies may be long. The number and the chosen organization determine the whole row.
  const print = ({ number }) => `${number} ${chosen().id}`;
  fill($("requests").tBodies[0], state.requests, { key: ({ number }) => number, draw: row, empty, print });
}

function empty() {
  const text = "No requests yet. Run a snippet from Connect, or set the base URL in your SDK.";
  return el("tr", el("td.empty", { colspan: 5 }, text));
}

function row(request) {
  const attributes = { type: "button", onclick: () => details(request) };
  return el(
    "tr",
    el("td.figures.wide.soft", time(request.at)),
    el("td", el("button.row", attributes, el("span.method", request.method), " ", ...path(request))),
    el("td.wide.soft", who(request)),
    el("td", status(request), " ", request.fault && el("span.tag.refusal", "fault")),
    el("td.number.soft", duration(request)),
  );
}

/** A narrow window hides the common prefix. */
function path({ path }) {
  const prefix = new URL(state.url).pathname;
  if (!path.startsWith(`${prefix}/`)) return [el("span.code", path)];
  return [el("span.code.wide", prefix), el("span.code", path.slice(prefix.length))];
}

function status({ status }) {
  if (status === null) return el("span.status.failure", "none");
  return el(`span.status.${status < 400 ? "ok" : status < 500 ? "refusal" : "failure"}`, status);
}

const duration = ({ ms }) => `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;

function who({ key, organization }) {
  if (key === null) return "no valid key";
  const name = state.organizations.find((each) => each.id === organization)?.name ?? organization;
  return organization === chosen().id ? key : `${key}, ${name}`;
}

function details(request) {
  const facts = {
    Status: status(request),
    Time: duration(request),
    Started: stamp(request.at),
    Key: request.key ?? "none, or an unknown key",
    Organization: request.organization ?? "–",
    Operation: request.operation ?? "none (unknown URL)",
    "Request id": request.request_id ?? "–",
    Fault: request.fault === "header" ? "from its header X-Fake-Fault" : (request.fault ?? "none"),
  };
  open(
    `${request.method} ${request.path}`,
    el("dl", ...Object.entries(facts).flatMap(([name, fact]) => [el("dt", name), el("dd", fact)])),
    el(
      "div.bar",
      copyButton(() => asCurl(request), "the curl command", "Copy as curl", ""),
    ),
    part("Request headers", code("Request headers", printedHeaders(request))),
    body("Request", request.request_body),
    body("Answer", request.response_body),
    request.cut && el("p.soft", "A body was too long. Only its start was kept."),
  );
}

const asCurl = (request) => curlOf(request, location.origin, (text) => revealKeys(text, request));

const printedHeaders = ({ request_headers }) => request_headers.map(({ name, value }) => `${name}: ${value}`).join("\n");

function body(title, text) {
  if (!text) return part(title, el("p.soft", "No body."));
  const printed = pretty(text);
  return part(
    title,
    code(`${title} body`, printed),
    copyButton(() => printed, `the ${title.toLowerCase()} body`),
  );
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text, exact), null, 2);
  } catch {
    return text; // half an answer, or not JSON
  }
}
