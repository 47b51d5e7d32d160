#!/usr/bin/env node
// `npx assistants-fake …` runs the fake with the same options, until it ends or is stopped.
"use strict";

const { spawn } = require("node:child_process");
const { findCommand } = require("./command.js");

function main() {
  let command;
  try {
    command = findCommand();
  } catch (error) {
    console.error(`assistants-fake: ${error.message}`);
    process.exit(2);
  }
  const child = spawn(command[0], [...command.slice(1), ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C reaches the fake by the terminal. Without a listener it would end this process before the fake.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill());
  child.on("exit", (code) => process.exit(code ?? 1));
}

main();
