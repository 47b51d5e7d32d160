// The process of the fake: its start, until it has printed its first line, and its end.
"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");

// uvx may have to install the fake first.
const START_SECONDS = 120;
const STOP_SECONDS = 5;
const LONGEST_ERROR = 4000; // characters

/** The first line of the output, and `stop`, which ends the process. Rejects with the reason if there is no line. */
async function startProcess([command, ...words]) {
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  const kill = () => child.kill();
  process.once("exit", kill);
  try {
    const line = await firstLine(child);
    // A test run that forgets stop() can end all the same; the listener of "exit" then ends the fake.
    for (const each of [child, child.stdout, child.stderr]) each.unref();
    return { line, stop: () => stop(child, kill) };
  } catch (error) {
    await stop(child, kill);
    throw error;
  }
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    const fail = (reason) => reject(new Error(`assistants-fake ${reason}`));
    const timer = setTimeout(() => fail(`printed nothing in ${START_SECONDS} s. ${errors}`), START_SECONDS * 1000);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (output.includes("\n")) resolve(output.slice(0, output.indexOf("\n")));
    });
    // An unread pipe would block the fake, so both pipes are read until the end.
    child.stderr.setEncoding("utf8").on("data", (text) => (errors = (errors + text).slice(-LONGEST_ERROR)));
    child.once("error", (error) => fail(`cannot be started: ${error.message}`));
    child.once("close", (code) => fail(`ended with ${code}: ${errors.trim()}`));
    child.once("close", () => clearTimeout(timer));
    child.stdout.once("data", () => clearTimeout(timer));
  });
}

async function stop(child, kill) {
  process.removeListener("exit", kill);
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, "exit");
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS * 1000);
  await ended;
  clearTimeout(timer);
}

module.exports = { startProcess };
