// A logged request as a curl command that sends the same request again. Knows no page, so that Node can test it.

/** curl makes these itself. The log has the body after its encoding was undone, and a curl user wants a plain answer. */
const MADE_BY_CURL = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "expect",
  "host",
  "transfer-encoding",
]);

/** For the shell: inside single quotes only the quote itself has a special meaning. */
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** `reveal` turns the masks of the log into the keys: "<primary>" into the key itself. */
export function curlOf({ method, path, request_headers, request_body }, origin, reveal) {
  const words = ["curl", ...methodOption(method), ...quotedUrl(origin + reveal(path))];
  for (const { name, value } of request_headers)
    if (!MADE_BY_CURL.has(name.toLowerCase())) words.push("-H", quoted(header(name, reveal(value))));
  if (!request_body) return words.join(" ");
  // Without this curl would say that the body is a form.
  if (!has(request_headers, "content-type")) words.push("-H", "'Content-Type:'");
  return [...words, "--data-raw", quoted(reveal(request_body))].join(" ");
}

function methodOption(method) {
  if (method === "GET") return [];
  return method === "HEAD" ? ["--head"] : ["-X", quotedIfOdd(method)];
}

const quotedIfOdd = (word) => (/^\w+$/.test(word) ? word : quoted(word));

/** curl expands brackets and resolves dots in a URL, unless it is told not to. */
function quotedUrl(url) {
  const options = [];
  if (/[[\]{}]/.test(url)) options.push("--globoff");
  if (url.includes("/.")) options.push("--path-as-is");
  return [...options, quoted(url)];
}

/** curl sends a header without a value only if it ends with a semicolon. */
const header = (name, value) => (value === "" ? `${name};` : `${name}: ${value}`);

const has = (headers, wanted) => headers.some(({ name }) => name.toLowerCase() === wanted);
