// A client of the Control API: one method for each call. It uses node:http, because tests often replace fetch.
"use strict";

const { request } = require("node:http");

/** The Control API refused a call; `status` is the HTTP status. */
class ControlError extends Error {
  constructor(status, message) {
    super(message);
    this.name = "ControlError";
    this.status = status;
  }
}

class ControlClient {
  #url;
  #headers;

  /** The client for the URL that the fake prints as `control`. */
  constructor(url, token) {
    this.#url = url;
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
  }

  /** Send any call: `path` has the steps of its path under /_fake. Rejects with a ControlError. */
  async ask(method, path, body) {
    const url = new URL(path.map(encodeURIComponent).join("/"), this.#url);
    const [status, text] = await send(method, url, this.#headers, body);
    const result = JSON.parse(text);
    if (status >= 400) throw new ControlError(status, result.error.message);
    return result;
  }

  reset = async (which = {}) => void (await this.ask("POST", ["reset"], which));
  advance = async (seconds) => void (await this.ask("PATCH", ["clock"], { advance: seconds }));
  clock = (changes = {}) => this.ask("PATCH", ["clock"], changes);
  limit = (limit, which = {}) => this.ask("PATCH", ["limiter"], { limit, ...which });
  fault = (fault) => this.ask("POST", ["faults"], fault);
  faults = async () => (await this.ask("GET", ["faults"])).data;
  clearFaults = async () => void (await this.ask("DELETE", ["faults"]));
  requests = async () => (await this.ask("GET", ["requests"])).data;
  organization = (given = {}) => this.ask("POST", ["organizations"], given);
  rotate = (key, which = {}) => this.ask("POST", ["keys", key, "rotate"], which);
  snapshot = (name, which = {}) => this.ask("PUT", ["snapshots", name], which);
  restore = async (name) => void (await this.ask("POST", ["snapshots", name, "restore"]));
  seed = (seed) => this.ask("PUT", ["seed"], seed);
  exportSeed = () => this.ask("GET", ["seed"]);
}

/** The status and the text of the answer. */
function send(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("end", () => resolve([answer.statusCode, text])).on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

module.exports = { ControlClient, ControlError };
