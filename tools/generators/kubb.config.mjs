import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";
import { pluginZod } from "@kubb/plugin-zod";

export default defineConfig({
  input: { path: process.env.REPLAY_DOCUMENT },
  // Imports without an ending are what every bundler reads.
  output: { path: "./dify", clean: true, extension: { ".ts": "" }, format: false, lint: false },
  plugins: [
    pluginOas(),
    pluginTs(),
    pluginZod(),
    // The status tells a refusal from a reply: its client does not throw.
    pluginClient({ client: "fetch", dataReturnType: "full" }),
  ],
});
