"use strict";

const assert = require("node:assert/strict");
const { after, before, beforeEach, test } = require("node:test");

const { ControlClient, ControlError, startFake } = require("../index.js");

let fake;

before(async () => {
  fake = await startFake();
});
beforeEach(() => fake.control.reset());
after(() => fake.stop());

function call(method, path, body) {
  const headers = { authorization: `Bearer ${fake.keys.primary}`, "content-type": "application/json" };
  return fetch(fake.url + path, { method, headers, body: body && JSON.stringify(body) });
}

test("a limit and the time", async () => {
  await fake.control.limit(1);
  const statuses = [(await call("GET", "/assistants")).status, (await call("GET", "/assistants")).status];
  await fake.control.advance(60);
  statuses.push((await call("GET", "/assistants")).status);

  assert.deepEqual(statuses, [200, 429, 200]);
});

test("a fault, and the log that shows it", async () => {
  const { id } = await fake.control.fault({ operation: "createAssistant", times: 1, status: 503 });
  const answer = await call("POST", "/assistants", { name: "a" });
  const [logged] = await fake.control.requests();
  const [used] = await fake.control.faults();
  await fake.control.clearFaults();

  assert.deepEqual([answer.status, logged.status, logged.fault, used.left], [503, 503, id, 0]);
  assert.deepEqual(await fake.control.faults(), []);
});

test("a snapshot, and a seed of the present state", async () => {
  await fake.control.snapshot("before");
  const { id } = await (await call("POST", "/assistants", { name: "kept" })).json();
  const state = await fake.control.exportSeed();
  await fake.control.restore("before");
  const restored = await call("GET", `/assistants/${id}`);
  await fake.control.seed(state);

  assert.equal(restored.status, 404);
  assert.equal((await call("GET", `/assistants/${id}`)).status, 200);
});

test("a rotated key, and an organization for a worker", async () => {
  const rotated = await fake.control.rotate(fake.keys.foreign);
  const own = await fake.control.organization({ id: "org-worker" });

  assert.notEqual(rotated.secret, fake.keys.foreign);
  assert.deepEqual(Object.keys(own.keys), ["primary", "sibling"]);
});

test("a control token of the environment reaches the fake and its client", async () => {
  process.env.ASSISTANTS_FAKE_TOKEN = "let-me-in";
  const guarded = await startFake();
  delete process.env.ASSISTANTS_FAKE_TOKEN;
  const stranger = new ControlClient(guarded.url.replace("v1", "_fake/"));

  await guarded.control.reset();
  await assert.rejects(stranger.reset(), { status: 401 });
  await guarded.stop();
});

test("a refusal has its status and the message of the fake", async () => {
  const refused = fake.control.restore("no/such snapshot");

  await assert.rejects(refused, (error) => error instanceof ControlError && error.status === 404);
});

test("the counts of calls are asserted, and the error names the calls that came", async () => {
  await call("POST", "/assistants", { name: "a" });
  await call("GET", "/nothing");
  await fake.expect({ create: 1, list: 0 });

  const message = "Expected: create 2. Actual: create 1, no operation 1.\n  POST /v1/assistants 200\n  GET /v1/nothing 404";
  await assert.rejects(fake.expect({ create: 2 }), { name: "AssertionError", message });
  await assert.rejects(fake.expect({ crate: 1 }), TypeError);
  await assert.rejects(fake.expect({}), TypeError);
});
