// openapi.yaml as Swagger UI shows it, or control.yaml (/_fake/docs?control): against this fake, with a key filled in.
import { call, known } from "./api.js";

const control = location.search === "?control";
if (control) document.title = "Control API";

const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();

// The server that control.yaml names is one of many that a fake may be.
const here = { statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (spec) => update(at(spec)) } } } };
const at = (spec) => ({ ...spec, servers: [{ url: control ? "/_fake" : spec.servers[0].url }] });

const ui = window.SwaggerUIBundle({
  url: control ? "control.yaml" : "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // which asks a server far away
  plugins: [() => here],
  onComplete: authorize,
});

/** Where the fake wants a control token and the URL brings none, there is no key to be had: Authorize asks for one. */
async function authorize() {
  if (control) return known() && ui.preauthorizeApiKey("token", known());
  const keys = await call("GET", "keys").catch(() => ({ data: [] }));
  const key = keys.data.find((each) => each.active);
  if (key) ui.preauthorizeApiKey("bearer", key.secret);
}
