// Swagger UI for openapi.yaml, or for control.yaml (/_fake/docs?control). It calls this fake, with a key filled in.
import { call, currentToken } from "./api.js";

const control = location.search === "?control";
if (control) document.title = "Control API";

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", setTheme);
setTheme();

// The URL in control.yaml is only the default address of a fake.
const here = { statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (spec) => update(at(spec)) } } } };
const at = (spec) => ({ ...spec, servers: [{ url: control ? "/_fake" : spec.servers[0].url }] });

const ui = window.SwaggerUIBundle({
  url: control ? "control.yaml" : "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // it would send the document to another site
  plugins: [() => here],
  onComplete: authorize,
});

/** Without a required control token the keys cannot be loaded. The user then enters a key with Authorize. */
async function authorize() {
  if (control) return currentToken() && ui.preauthorizeApiKey("token", currentToken());
  const keys = await call("GET", "keys").catch(() => ({ data: [] }));
  const key = keys.data.find((each) => each.active);
  if (key) ui.preauthorizeApiKey("bearer", key.secret);
}
