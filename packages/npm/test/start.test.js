"use strict";

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { delimiter, join } = require("node:path");
const { after, before, test } = require("node:test");

const { findCommand } = require("../command.js");
const { startFake } = require("../index.js");

const BIN = join(__dirname, "../bin.js");
let folder;

before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "assistants-fake-")));
});

after(() => rmSync(folder, { recursive: true }));

function script(name, commands) {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${commands}\n`);
  chmodSync(file, 0o755);
  return file;
}

const call = (fake, path) => fetch(fake.url + path, { headers: { authorization: `Bearer ${fake.keys.primary}` } });

test("a dialect and a seed number reach the fake, and stop ends it", async () => {
  const fake = await startFake({ dialect: "ragen", seed: 1, args: ["--base-path", "/openai/v1"] });
  const answer = await call(fake, `/assistants/${fake.boundId}`);
  const { now } = await fake.control.clock();
  await fake.stop();
  await fake.stop();

  assert.equal(answer.status, 200);
  assert.match(fake.url, /^http:\/\/127\.0\.0\.1:\d+\/openai\/v1$/);
  assert.equal(now, 1763884800);
  await assert.rejects(call(fake, "/assistants"));
});

test("an edition reaches the fake", async () => {
  const fake = await startFake({ edition: "openai" });
  const { data } = await (await call(fake, "/assistants")).json();
  await fake.stop();

  assert.equal(data[0].model, "gpt-4o");
  assert.match(fake.boundId, /^asst_/);
});

test("a seed that is a text is a seed file", async () => {
  const seed = join(folder, "seed.yaml");
  writeFileSync(seed, "organizations: [{id: org-one, keys: [{label: main, secret: sk-one}]}]");
  const fake = await startFake({ seed });
  await fake.stop();

  assert.deepEqual(fake.keys, { main: "sk-one" });
});

test("a fake that cannot start is an error with its reason", async () => {
  await assert.rejects(startFake({ dialect: "unknown" }), /ended with 2: assistants-fake: No dialect or file/);
  await assert.rejects(startFake({ command: [join(folder, "nothing")] }), /cannot be started: .*ENOENT/);
});

test("a process that ends without a stop ends the fake", async () => {
  const code = `require(${JSON.stringify(join(__dirname, "../index.js"))}).startFake().then((fake) => console.log(fake.url))`;
  const { stdout } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 60_000 });
  const answers = () => fetch(stdout.trim()).then(() => true, () => false);
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline && (await answers())) continue;

  assert.match(stdout, /^http:/);
  assert.equal(await answers(), false);
});

test("the command is found on the PATH, in a .venv above, and by uvx or pipx", () => {
  const command = findCommand();
  const found = (...names) => names.map((name) => findCommand(folder, [script(name, "true") && folder].join(delimiter)));
  const [byPipx, byUvx] = found("pipx", "uvx");

  assert.match(command[0], /assistants-fake$/);
  assert.deepEqual(byPipx, [join(folder, "pipx"), "run", "assistants-fake"]);
  assert.deepEqual(byUvx, [join(folder, "uvx"), "assistants-fake"]);
  assert.throws(() => findCommand(folder, ""), /Install uv/);
});

test("the command that npm puts on the PATH is not taken for the fake", () => {
  const own = mkdtempSync(join(folder, "npm-"));
  symlinkSync(BIN, join(own, "assistants-fake"));

  assert.throws(() => findCommand(own, own), /Install uv/);
});

test("npx runs the fake with the same options and the same exit code", () => {
  const version = spawnSync(process.execPath, [BIN, "--version"], { encoding: "utf8" });
  const refused = spawnSync(process.execPath, [BIN, "--port", "x"], { encoding: "utf8" });

  assert.match(version.stdout, /^assistants-fake, version \d/);
  assert.equal(refused.status, 2);
});
