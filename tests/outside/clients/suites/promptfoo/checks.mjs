// promptfoo's evaluations, over each of OpenAI's routes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { BASE_URL, KEY, MODEL, PROMPT, runChecks } from "./check.mjs";

const PROGRAM = path.join(import.meta.dirname, "node_modules", "promptfoo", "dist", "src", "entrypoint.js");

// Evaluate one prompt and give what the provider answered. The own process may not block: it is what tells of the checks.
async function evaluate(provider, config = {}) {
  const asked = { apiBaseUrl: BASE_URL, apiKey: KEY, max_tokens: 64, ...config };
  fs.writeFileSync("config.json", JSON.stringify({ prompts: [PROMPT], providers: [{ id: provider, config: asked }], tests: [{ vars: {} }] }));
  fs.rmSync("out.json", { force: true });
  const command = [PROGRAM, "eval", "-c", "config.json", "-o", "out.json", "--no-cache", "--no-progress-bar", "--no-write"];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "inherit", "inherit"] });
  await new Promise((resolve) => child.on("exit", resolve));
  const [result] = JSON.parse(fs.readFileSync("out.json", "utf8")).results.results;
  assert.ok(!result.error, result.error);
  return result.response.output;
}

const schema = {
  type: "object",
  properties: { colour: { enum: ["blue", "grey"] } },
  required: ["colour"],
  additionalProperties: false,
};

await runChecks({
  async chat() {
    assert.ok(await evaluate(`openai:chat:${MODEL}`));
  },
  async "bare name"() {
    assert.ok(await evaluate(`openai:${MODEL}`));
  },
  async "json schema"() {
    const response_format = { type: "json_schema", json_schema: { name: "sky", strict: true, schema } };
    const said = await evaluate(`openai:chat:${MODEL}`, { response_format });
    assert.ok(["blue", "grey"].includes((typeof said === "string" ? JSON.parse(said) : said).colour));
  },
  async responses() {
    assert.ok(await evaluate(`openai:responses:${MODEL}`));
  },
  async completion() {
    assert.ok(await evaluate(`openai:completion:${MODEL}`));
  },
});
