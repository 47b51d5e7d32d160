// Finds the command assistants-fake of Python.
"use strict";

const { accessSync, constants, realpathSync } = require("node:fs");
const { delimiter, dirname, join, sep } = require("node:path");

const ON_WINDOWS = process.platform === "win32";
const NAME = ON_WINDOWS ? "assistants-fake.exe" : "assistants-fake";
const FOLDER_OF_ENVIRONMENT = ON_WINDOWS ? "Scripts" : "bin";
// Tools that install the fake for one run, with the words before its options.
const RUNNERS = { uvx: ["assistants-fake"], pipx: ["run", "assistants-fake"] };

/**
 * The words that start the fake: the command on the PATH or in the .venv of a folder above, else by uvx or pipx.
 * Throws an Error if there is none of them.
 */
function findCommand(folder = process.cwd(), path = process.env.PATH ?? "") {
  const folders = path.split(delimiter).filter(Boolean);
  const places = [...folders, ...above(folder).map((each) => join(each, ".venv", FOLDER_OF_ENVIRONMENT))];
  const installed = places.map((each) => join(each, NAME)).find(isOfPython);
  if (installed) return [installed];
  for (const [runner, words] of Object.entries(RUNNERS)) {
    const found = folders.map((each) => join(each, ON_WINDOWS ? `${runner}.exe` : runner)).find(isExecutable);
    if (found) return [found, ...words];
  }
  throw new Error("There is no assistants-fake here. Install uv, or: pipx install assistants-fake");
}

/** npm puts a command of the same name on the PATH: bin.js of this package, which would call itself. */
function isOfPython(file) {
  return isExecutable(file) && !realpathSync(file).endsWith(`${sep}bin.js`);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function above(folder) {
  return dirname(folder) === folder ? [folder] : [folder, ...above(dirname(folder))];
}

module.exports = { findCommand };
