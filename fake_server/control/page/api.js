// The control API as the page calls it. The token, where one is wanted, comes in the URL's fragment, which no server
// and no log ever sees: /_fake/#token=…

let token = new URLSearchParams(location.hash.slice(1)).get("token");

const headers = () => (token ? { authorization: `Bearer ${token}` } : {});

/** What the control API refused, in its own words. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The answer's JSON, by way of `revive` if it is given. Throws Refused. */
export async function call(method, path, body, revive) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  let answer;
  try {
    answer = await fetch(path, { method, headers: { ...headers(), ...json }, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, "The fake does not answer. Is it still running?");
  }
  const said = JSON.parse(await answer.text(), revive);
  if (!answer.ok) throw new Refused(answer.status, said.error.message);
  return said;
}

export const pathOf = (...steps) => steps.map(encodeURIComponent).join("/");

/**
 * Server-sent events for ever, `state` told whether they come. EventSource would be shorter, but cannot send the token.
 */
export async function listen(path, heard, state) {
  for (;;) {
    try {
      const answer = await fetch(path, { headers: { ...headers(), accept: "text/event-stream" } });
      if (!answer.ok) throw new Refused(answer.status, "");
      state(true);
      await read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), heard);
    } catch {
      // It is told below, and tried again.
    }
    state(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function read(reader, heard) {
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: ?(.*)/s)));
      if (fields.data) heard(fields.event ?? "message", JSON.parse(fields.data));
    }
  }
}

/** From now on, and also when the page is loaded again. */
export function use(given) {
  token = given;
  history.replaceState(null, "", fragment());
}

export const fragment = () => (token ? `#${new URLSearchParams({ token })}` : "");

export const known = () => token;
