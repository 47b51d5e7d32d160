// Code snippets for developers, with the key filled in and every text quoted for its language.
import { code, copyButton, el, segments } from "./dom.js";
import { quoted } from "./replay.js";
import { state } from "./state.js";

const LANGUAGES = ["Python", "Node", "curl"];
let language = LANGUAGES.find((each) => each === localStorage.getItem("language")) ?? "Python";

const literal = JSON.stringify; // valid in Python and JavaScript

function curl(method, url, secret, body) {
  const words = ["curl"];
  if (method !== "GET") words.push("-X", method);
  words.push(quoted(url), "-H", quoted(`Authorization: Bearer ${secret}`));
  if (body !== undefined) words.push("-H 'Content-Type: application/json' --data-binary", quoted(body));
  return words.join(" ");
}

const CLIENT = {
  Python: (url, secret) => `from openai import OpenAI

client = OpenAI(
    base_url=${literal(url)},
    api_key=${literal(secret)},
)
`,
  Node: (url, secret) => `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: ${literal(url)},
  apiKey: ${literal(secret)},
  dangerouslyAllowBrowser: true, // only in a browser
});
`,
  curl: () => "",
};

const body = () => (state.kept.includes("model") ? { model: "any", name: "Support Bot" } : { name: "Support Bot" });

const CREATE_AND_LIST = {
  Python: () => `client.beta.assistants.create(
    model="any", name="Support Bot"
)
for each in client.beta.assistants.list():
    print(each.id, each.name)`,
  Node: () => `const { assistants } = client.beta;
await assistants.create({
  model: "any", name: "Support Bot",
});
for await (const each of assistants.list()) {
  console.log(each.id, each.name);
}`,
  curl: (url, secret) => {
    const assistants = `${url}/assistants`;
    return `${curl("POST", assistants, secret, literal(body()))}\n${curl("GET", assistants, secret)}`;
  },
};

const RETRIEVE = {
  Python: (_, __, id) => `assistant = client.beta.assistants.retrieve(
    ${literal(id)}
)
print(assistant.name)`,
  Node: (_, __, id) => `const assistant = await client.beta.assistants.retrieve(
  ${literal(id)},
);
console.log(assistant.name);`,
  curl: (url, secret, id) => curl("GET", `${url}/assistants/${encodeURIComponent(id)}`, secret),
};

/**
 * A box with a snippet in three languages. With an id the snippet retrieves that assistant; without an id it creates
 * one and lists all. The chosen language is remembered.
 */
export function snippetBox(name, url, secret, id) {
  const snippet = code("Snippet");
  const calls = id === undefined ? CREATE_AND_LIST : RETRIEVE;
  const show = (chosen) => {
    language = chosen;
    localStorage.setItem("language", chosen);
    snippet.textContent = CLIENT[chosen](url, secret) + calls[chosen](url, secret, id);
  };
  show(language);
  const bar = [
    segments(name, LANGUAGES, language, show),
    el("span.grow"),
    copyButton(() => snippet.textContent, "the snippet"),
  ];
  return el("div.snippet", el("div.bar", ...bar), snippet);
}
