// The browser of this machine, without a screen. root has no sandbox.
export default {
  outputDir: "results",
  reporter: "line",
  use: { launchOptions: { executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] } },
};
