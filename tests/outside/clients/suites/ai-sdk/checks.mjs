// Vercel's AI SDK, with its provider for compatible servers and with OpenAI's own, which asks for responses.

import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { BASE_URL, KEY, MODEL, PROMPT, runChecks } from "./check.mjs";

const compatible = createOpenAICompatible({ name: "candor", baseURL: BASE_URL, apiKey: KEY });
const structured = createOpenAICompatible({ name: "candor", baseURL: BASE_URL, apiKey: KEY, supportsStructuredOutputs: true });
const openai = createOpenAI({ baseURL: BASE_URL, apiKey: KEY });
const Sky = z.object({ colour: z.enum(["blue", "grey"]), is_clear: z.boolean() });
const tools = {
  getWeather: tool({ description: "Tell the weather in a city.", inputSchema: z.object({ city: z.enum(["Paris", "Rome"]) }), execute: async () => "sunny" }),
};
const stopWhen = (stepCountIs ?? isStepCount)(3);
const ask = (fields) => generateText({ maxRetries: 0, prompt: PROMPT, ...fields });

await runChecks({
  async text() {
    const answer = await ask({ model: compatible(MODEL), maxOutputTokens: 32 });
    assert.ok(answer.text);
    assert.ok(answer.usage.outputTokens > 0);
  },
  async stream() {
    let fault;
    const answer = streamText({ model: compatible(MODEL), prompt: PROMPT, maxRetries: 0, onError: ({ error }) => (fault = error) });
    const text = await answer.text;
    if (fault) throw fault;
    assert.ok(text);
    assert.ok((await answer.usage).outputTokens > 0);
  },
  async conversation() {
    const messages = [
      { role: "user", content: PROMPT },
      { role: "assistant", content: "It scatters light." },
      { role: "user", content: "And at night?" },
    ];
    assert.ok((await generateText({ model: compatible(MODEL), maxRetries: 0, system: "Be brief.", messages })).text);
  },
  async "own fields"() {
    assert.ok((await ask({ model: compatible("gemma-3-demo"), providerOptions: { candor: { lora: [{ name: "lek-demo", scale: 0.5 }] } } })).text);
  },
  async "output object with a schema"() {
    const answer = await ask({ model: structured(MODEL), output: Output.object({ schema: Sky }) });
    assert.ok(Sky.safeParse(answer.output).success);
  },
  async "output json"() {
    // Without supportsStructuredOutputs the schema is not sent: any JSON object may come, or the limit.
    const answer = await ask({ model: compatible(MODEL), output: Output.json(), maxOutputTokens: 200 });
    assert.ok(answer.finishReason === "length" || typeof answer.output === "object");
  },
  async "tools auto"() {
    const answer = await ask({ model: compatible(MODEL), tools, stopWhen });
    assert.ok(answer.text || answer.steps.length > 1);
  },
  async "tools required"() {
    const answer = await ask({ model: compatible(MODEL), tools, toolChoice: "required" });
    assert.equal(answer.finishReason, "tool-calls");
    assert.equal(answer.toolCalls[0].toolName, "getWeather");
  },
  async "tools streamed"() {
    const answer = streamText({ model: compatible(MODEL), prompt: PROMPT, maxRetries: 0, tools, toolChoice: { type: "tool", toolName: "getWeather" } });
    assert.equal((await answer.toolCalls)[0].toolName, "getWeather");
  },
  async "completion model"() {
    assert.ok((await ask({ model: compatible.completionModel(MODEL), maxOutputTokens: 16 })).text);
  },
  async "openai chat"() {
    assert.ok((await ask({ model: openai.chat(MODEL) })).text);
  },
  async "openai responses"() {
    assert.ok((await ask({ model: openai(MODEL), maxOutputTokens: 64 })).text);
  },
  async "openai responses streamed"() {
    let fault;
    const answer = streamText({ model: openai(MODEL), prompt: PROMPT, maxRetries: 0, onError: ({ error }) => (fault = error) });
    const text = await answer.text;
    if (fault) throw fault;
    assert.ok(text);
  },
  async "openai responses output object"() {
    const answer = await ask({ model: openai(MODEL), output: Output.object({ schema: Sky }) });
    assert.ok(Sky.safeParse(answer.output).success);
  },
  async "openai responses tools"() {
    const answer = await ask({ model: openai(MODEL), tools, toolChoice: "required" });
    assert.equal(answer.toolCalls[0].toolName, "getWeather");
  },
  async "openai responses tools in two turns"() {
    const answer = await ask({ model: openai(MODEL), tools, stopWhen });
    assert.ok(answer.text || answer.steps.length > 1);
  },
});
