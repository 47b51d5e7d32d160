// Starts the fake for a test, and stops it. CommonJS, so that Jest can load it; `import` works too.
"use strict";

const { checkCounts } = require("./counts.js");
const { ControlClient, ControlError } = require("./control.js");
const { findCommand } = require("./command.js");
const { startProcess } = require("./process.js");

/** Start a fake on a free port, or on `port`, and wait until it is ready. index.d.ts describes the options. */
async function startFake({ edition, dialect, seed, port = 0, args = [], command } = {}) {
  const words = [...(command ?? findCommand()), "--json", "--quiet", "--port", String(port)];
  if (edition !== undefined) words.push("--edition", edition);
  if (dialect !== undefined) words.push("--dialect", dialect);
  if (seed !== undefined) words.push(typeof seed === "number" ? "--seed" : "--seed-file", String(seed));
  const { line, stop } = await startProcess([...words, ...args]);
  const ready = JSON.parse(line);
  const control = ready.control && new ControlClient(ready.control, process.env.ASSISTANTS_FAKE_TOKEN);
  return {
    url: ready.url,
    keys: ready.keys,
    boundId: ready.bound_id,
    expendableId: ready.expendable_id,
    control,
    expect: async (calls) => checkCounts(await control.requests(), calls),
    stop,
  };
}

module.exports = { startFake, ControlClient, ControlError };
