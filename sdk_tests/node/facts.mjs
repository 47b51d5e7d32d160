// Facts about the SDK itself, shown without a server. A fact that the Python SDK has too has the same name there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import OpenAI from "openai";
import { TIMEOUT, client, fact, refusal, remove } from "./clients.mjs";

const ASSISTANT = {
  id: "asst-abc", object: "assistant", created_at: 1763884800, name: "Support Bot", description: null, model: "any",
  instructions: null, tools: [{ type: "file_search" }], top_p: 1, temperature: 1, tool_resources: {}, metadata: {},
  response_format: "auto",
};
const PAGE = { object: "list", data: [ASSISTANT], first_id: "asst-abc", last_id: "asst-abc", has_more: false };
const EXCEPTIONS = new Map([
  [400, OpenAI.BadRequestError], [401, OpenAI.AuthenticationError], [403, OpenAI.PermissionDeniedError],
  [404, OpenAI.NotFoundError], [409, OpenAI.ConflictError], [422, OpenAI.UnprocessableEntityError],
  [429, OpenAI.RateLimitError], [500, OpenAI.InternalServerError], [503, OpenAI.InternalServerError],
]);
/** @type {Record<string, (sdk: any) => Promise<any>>} */
const CALLS = {
  POST: (sdk) => sdk.create({ model: "any", name: "Support Bot" }),
  GET: (sdk) => sdk.retrieve("asst-abc"),
  DELETE: (sdk) => remove(sdk, "asst-abc"),
};

/** A file of an installed package. @param {string} path */
const beside = (path) => `${import.meta.dirname}/../node_modules/${path}`;

/** The SDK without a server: records each request, and gives one answer to all of them.
 * @param {any} answer @param {{status?: number, headers?: Record<string, string>, options?: object}} how */
function wire(answer = ASSISTANT, { status = 200, headers = {}, options = {} } = {}) {
  /** @type {{url: URL, method: string, headers: Headers, body: any}[]} */
  const sent = [];
  const fetch = async (/** @type {string} */ url, /** @type {any} */ { method, headers, body }) => {
    sent.push({ url: new URL(url), method: method.toUpperCase(), headers: new Headers(headers), body });
    return new Response(JSON.stringify(answer), { status, headers: { "content-type": "application/json", ...extra } });
  };
  const extra = headers;
  const openai = client({ baseURL: "http://sdk.test/v1", apiKey: "sk-fact", fetch, ...options });
  return { sent, sdk: /** @type {any} */ (openai.beta.assistants) };
}

/** Runs with timers that end at once; returns the length in ms that each would have had.
 * @param {() => Promise<any>} act */
async function naps(act) {
  const [ours, slept] = [globalThis.setTimeout, /** @type {number[]} */ ([])];
  globalThis.setTimeout = /** @type {any} */ ((/** @type {any} */ ring, /** @type {number} */ ms) => {
    if (ms !== TIMEOUT) slept.push(ms); // this is no pause
    return ours(ring, ms === TIMEOUT ? ms : 0);
  });
  await act().finally(() => (globalThis.setTimeout = ours));
  return slept;
}

/** The number of requests that the SDK sends to a busy server.
 * @param {number} status @param {Record<string, string>} headers */
async function attempts(status, headers = {}) {
  const { sent, sdk } = wire({ error: { message: "No." } }, { status, headers, options: { maxRetries: undefined } });
  const slept = await naps(() => assert.rejects(sdk.retrieve("asst-abc"), OpenAI.APIError));
  return { count: sent.length, slept };
}

/** The number of pages that a walk requests. @param {object} page */
async function pages(page) {
  const { sent, sdk } = wire(page);
  let items = 0;
  for await (const _ of sdk.list()) if ((items += 1) === 2) break;
  return sent;
}

fact("the pages sample raises type error", async () => {
  const { sdk } = wire();

  await assert.rejects(async () => sdk.create({ name: "Support Bot", instructions: "Be brief." }), TypeError);
});

/** Never called; only tsc checks this code. tsc must find an error in the page's sample, and no error after it.
 * @param {OpenAI} openai @returns {Promise<OpenAI.Beta.Assistant>} */
export async function theTypes({ beta: { assistants } }) {
  // @ts-expect-error: the model is missing
  assistants.create({ name: "Support Bot" });
  const { id } = await assistants.create({ model: "any", name: "Support Bot", instructions: "Be brief." });
  const { data } = await assistants.list({ limit: 2, order: "asc", after: id, before: id });
  await assistants.update(data[0].id, { instructions: "" });
  return assistants.retrieve(id);
}

fact("the types know the calls and demand a model", async () => {
  const { status, stdout } = spawnSync(process.execPath, [beside("typescript/bin/tsc"), "-p", import.meta.dirname]);

  assert.deepEqual([status, String(stdout)], [0, ""]);
});

fact("the types call every call deprecated", async () => {
  const types = readFileSync(beside("openai/resources/beta/assistants.d.ts"), "utf8");

  assert.ok(types.split("@deprecated").length > 5);
});

fact("model any cures the pages sample", async () => {
  const { sent, sdk } = wire();
  await sdk.create({ model: "any", name: "Support Bot" });

  assert.deepEqual(JSON.parse(sent[0].body), { model: "any", name: "Support Bot" });
});

fact("an omitted field is not sent", async () => {
  const { sent, sdk } = wire();
  await sdk.create({ model: undefined, name: "Support Bot", temperature: null });

  assert.deepEqual(JSON.parse(sent[0].body), { name: "Support Bot", temperature: null });
});

fact("every call is deprecated", async () => {
  /** @type {Error[]} */
  const warned = [];
  process.on("warning", (warning) => warned.push(warning));
  for (const call of Object.values(CALLS)) await call(wire().sdk);
  await setImmediate(); // a warning is emitted after the call

  assert.equal(warned.length, Object.keys(CALLS).length);
});

fact("patch is never sent", async () => {
  const { sent, sdk } = wire();
  await sdk.update("asst-abc", { name: "Support Bot v2" });

  assert.equal(sent[0].method, "POST");
});

fact("the beta header is sent by itself", async () => {
  for (const [method, call] of Object.entries(CALLS)) {
    const { sent, sdk } = wire();
    await call(sdk);

    assert.deepEqual([sent[0].method, sent[0].headers.get("openai-beta")], [method, "assistants=v2"]);
  }
});

fact("an empty id is not sent", async () => {
  const { sent, sdk } = wire();
  await sdk.retrieve("").catch(() => {});

  assert.deepEqual(sent.map(({ url }) => url.pathname), []);
});

fact("an empty id asks for the list", async () => {
  const { sent, sdk } = wire(PAGE);
  const read = await sdk.retrieve("");

  assert.deepEqual([sent[0].method, sent[0].url.pathname, read.object], ["GET", "/v1/assistants/", "list"]);
});

fact("an id cannot lead elsewhere", async () => {
  const { sent, sdk } = wire();
  await sdk.retrieve("asst-a/../b?limit=1");

  assert.deepEqual([sent[0].url.pathname.split("/").length, sent[0].url.search], [4, ""]);
});

fact("201 is a success", async () => {
  const { sdk } = wire(ASSISTANT, { status: 201 });

  assert.equal((await sdk.create({ model: "any", name: "Support Bot" })).id, "asst-abc");
});

fact("paging goes on behind the last of data", async () => {
  const sent = await pages({ ...PAGE, has_more: true, last_id: "asst-xyz" });

  assert.deepEqual(sent.map(({ url }) => url.searchParams.get("after")), [null, "asst-abc"]);
});

fact("paging ends where has more is false", async () => {
  assert.equal((await pages(PAGE)).length, 1);
});

fact("paging goes on where has more is absent", async () => {
  assert.equal((await pages({ object: "list", data: [ASSISTANT] })).length, 2);
});

fact("missing fields read none", async () => {
  const read = await wire({}).sdk.retrieve("asst-abc");

  assert.deepEqual(Object.keys(ASSISTANT).filter((field) => (read[field] ?? null) !== null), []);
});

fact("a mistake is not noticed", async () => {
  const mistakes = [{ created_at: 1763884800000 }, { created_at: "1763884800" }, { temperature: "1" }, { id: null }];
  for (const mistake of mistakes) await wire({ ...ASSISTANT, ...mistake }).sdk.retrieve("asst-abc");
  const { sdk } = wire({ ...PAGE, last_id: "asst-xyz", object: "page" });

  assert.equal((await sdk.list()).data.length, 1);
  assert.equal((await remove(wire({ id: "asst-abc", deleted: false }).sdk, "asst-abc")).deleted, false);
});

fact("the request id is the header", async () => {
  const { sdk } = wire(ASSISTANT, { headers: { "x-request-id": "req-1" } });

  assert.equal((await sdk.retrieve("asst-abc"))._request_id, "req-1");
});

fact("a refusal has the request id of its header", async () => {
  const { sdk } = wire({ error: { message: "No." } }, { status: 404, headers: { "x-request-id": "req-1" } });
  const error = await refusal(sdk.retrieve("asst-abc"));

  assert.equal(error.requestID ?? error.request_id, "req-1"); // the name is request_id before 5.0
});

fact("a number as code reads as text", async () => {
  const { sdk } = wire({ error: { message: "No.", code: 404 } }, { status: 404 });
  const error = await refusal(sdk.retrieve("asst-abc"));

  assert.equal(error.code, "404");
});

fact("the status tells the exception", async () => {
  for (const [status, kind] of EXCEPTIONS) {
    const { sdk } = wire({ error: { message: "No." } }, { status });

    await assert.rejects(sdk.retrieve("asst-abc"), kind);
  }
});

fact("an unwrapped refusal reads the same", async () => {
  const { sdk } = wire({ message: "No.", type: "not_found_error" }, { status: 404 });
  const error = await refusal(sdk.retrieve("asst-abc"));

  assert.equal(error.type, "not_found_error");
});

fact("a busy server is asked three times", async () => {
  for (const status of [408, 409, 429, 500, 503]) assert.equal((await attempts(status)).count, 3);
});

fact("a refusal is not retried", async () => {
  for (const status of [400, 401, 403, 404, 422]) assert.equal((await attempts(status)).count, 1);
});

fact("retry after is waited for", async () => {
  assert.deepEqual((await attempts(429, { "retry-after": "7" })).slept, [7000, 7000]);
});

fact("retry after of a hundred seconds is waited for", async () => {
  assert.deepEqual((await attempts(429, { "retry-after": "100" })).slept, [100_000, 100_000]);
});

fact("x should retry has the last word", async () => {
  assert.equal((await attempts(429, { "x-should-retry": "false" })).count, 1);
});
