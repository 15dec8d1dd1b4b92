// What the checks of an npm client stand on. It is copied beside them, into that client's environment.

import fs from "node:fs";

export const URL = process.env.CANDOR_URL; // without /v1
export const BASE_URL = `${URL}/v1`;
export const KEY = "none";
export const MODEL = "gemma-3-demo";
export const PROMPT = "Why is the sky blue?";

// Run checks, functions by name, in the order they stand in, and tell of each whether it held.
export async function runChecks(checks) {
  const told = Number(process.env.CHECKS_FD);
  for (const [name, check] of Object.entries(checks)) {
    if (process.env.CANDOR_RECORDS) {
      // A server that records what it is asked learns which check it is asked for.
      await fetch(`${URL}/recording`, { method: "POST", body: name });
    }
    console.log(`--- ${name}`);
    let fault = null;
    try {
      await check();
    } catch (error) {
      console.log(error);
      fault = `${error?.name}: ${String(error?.message).split(/\s+/).join(" ")}`;
    }
    fs.writeSync(told, `${JSON.stringify({ check: name, fault })}\n`);
  }
  process.exit(0);
}
