// OpenAI's own SDK for Node.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { BASE_URL, KEY, MODEL, PROMPT, runChecks } from "./check.mjs";

const sdk = new OpenAI({ baseURL: BASE_URL, apiKey: KEY, maxRetries: 0 });
const messages = [{ role: "user", content: PROMPT }];
const Sky = z.object({ colour: z.enum(["blue", "grey"]), is_clear: z.boolean() });
const skyTool = zodFunction({ name: "tell_sky", description: "Tell what the sky is like.", parameters: Sky });

await runChecks({
  async chat() {
    const completion = await sdk.chat.completions.create({ model: MODEL, messages });
    assert.ok(completion.choices[0].message.content);
    assert.ok(completion.usage.completion_tokens > 0);
  },
  async stream() {
    let text = "";
    const stream = await sdk.chat.completions.create({ model: MODEL, messages, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    assert.ok(text);
  },
  async "stream helper"() {
    const stream = sdk.chat.completions.stream({ model: MODEL, messages });
    assert.ok((await stream.finalChatCompletion()).choices[0].message.content);
  },
  async "readable stream"() {
    const stream = await sdk.chat.completions.create({ model: MODEL, messages, stream: true });
    const lines = (await new Response(stream.toReadableStream()).text()).trim().split("\n");
    assert.equal(JSON.parse(lines[0]).object, "chat.completion.chunk");
  },
  async abort() {
    const stream = await sdk.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const _ of stream) break;
  },
  async parse() {
    const completion = await sdk.chat.completions.parse({ model: MODEL, messages, response_format: zodResponseFormat(Sky, "sky") });
    assert.ok(Sky.safeParse(completion.choices[0].message.parsed).success);
  },
  async "tools required"() {
    const completion = await sdk.chat.completions.parse({ model: MODEL, messages, tools: [skyTool], tool_choice: "required" });
    assert.equal(completion.choices[0].finish_reason, "tool_calls");
    assert.ok(Sky.safeParse(completion.choices[0].message.tool_calls[0].function.parsed_arguments).success);
  },
  async "run tools"() {
    const tool = {
      type: "function",
      function: {
        name: "get_weather",
        description: "Tell the weather in a city.",
        parameters: { type: "object", properties: { city: { type: "string" } } },
        parse: JSON.parse,
        function: () => "sunny",
      },
    };
    const runner = sdk.chat.completions.runTools({ model: MODEL, messages, tools: [tool] });
    assert.ok(await runner.finalContent());
  },
  async "tools second turn"() {
    const first = await sdk.chat.completions.create({ model: MODEL, messages, tools: [skyTool], tool_choice: "required" });
    const said = first.choices[0].message;
    const results = said.tool_calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "noted" }));
    const second = await sdk.chat.completions.create({ model: MODEL, messages: [...messages, said, ...results], tools: [skyTool], tool_choice: "none" });
    assert.ok(second.choices[0].message.content);
  },
  async completions() {
    const completion = await sdk.completions.create({ model: MODEL, prompt: "The sky is", max_tokens: 8 });
    assert.ok(completion.choices[0].text);
  },
  async responses() {
    const response = await sdk.responses.create({ model: MODEL, input: PROMPT });
    assert.ok(response.output_text);
  },
  async "responses streamed"() {
    let text = "";
    const stream = await sdk.responses.create({ model: MODEL, input: PROMPT, stream: true });
    for await (const event of stream) if (event.type === "response.output_text.delta") text += event.delta;
    assert.ok(text);
  },
  async "responses parse"() {
    const response = await sdk.responses.parse({ model: MODEL, input: PROMPT, text: { format: zodTextFormat(Sky, "sky") } });
    assert.ok(Sky.safeParse(response.output_parsed).success);
  },
  async models() {
    const page = await sdk.models.list();
    assert.ok(page.data.some((model) => model.id === MODEL));
  },
});
