// openapi.yaml as Swagger UI shows it, against this fake, and with a key of it filled in.
import { call } from "./api.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();

const ui = window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // which asks a server far away
  persistAuthorization: false,
  onComplete: authorize,
});

/** Behind a control token there is no key to be had; then Authorize asks for one. */
async function authorize() {
  const keys = await call("GET", "keys").catch(() => ({ data: [] }));
  const key = keys.data.find((each) => each.active);
  if (key) ui.preauthorizeApiKey("bearer", key.secret);
}
