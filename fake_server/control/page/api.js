// Calls of the Control API. The control token is in the fragment of the URL (/_fake/#token=…), which a browser never
// sends, so that no server and no log sees the token.

let token = new URLSearchParams(location.hash.slice(1)).get("token");

const headers = () => (token ? { authorization: `Bearer ${token}` } : {});

/** The Control API refused a call; the message is its own. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The JSON of the answer; `revive` is for JSON.parse. Throws Refused. */
export async function call(method, path, body, revive) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  let answer;
  try {
    answer = await fetch(path, { method, headers: { ...headers(), ...json }, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, "The fake does not answer. Is it still running?");
  }
  const value = JSON.parse(await answer.text(), revive);
  if (!answer.ok) throw new Refused(answer.status, value.error.message);
  return value;
}

export const pathOf = (...steps) => steps.map(encodeURIComponent).join("/");

/**
 * Receive server-sent events without end. `setLive` gets true after each connection and false after each
 * interruption. EventSource cannot be used, because it cannot send the token.
 */
export async function listen(path, onEvent, setLive) {
  for (;;) {
    try {
      const answer = await fetch(path, { headers: { ...headers(), accept: "text/event-stream" } });
      if (!answer.ok) throw new Refused(answer.status, "");
      setLive(true);
      await parseEvents(answer.body.pipeThrough(new TextDecoderStream()).getReader(), onEvent);
    } catch {
      // The loop tries again.
    }
    setLive(false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function parseEvents(reader, onEvent) {
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: ?(.*)/s)));
      if (fields.data) onEvent(fields.event ?? "message", JSON.parse(fields.data));
    }
  }
}

/** Use this token now, and also after the page is loaded again. */
export function setToken(value) {
  token = value;
  history.replaceState(null, "", fragment());
}

export const fragment = () => (token ? `#${new URLSearchParams({ token })}` : "");

export const currentToken = () => token;
