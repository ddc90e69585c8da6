// Oceanic as a bot's author uses it, at the gateway that the environment names.
import { Client } from "oceanic.js";

const client = new Client({
  auth: `Bot ${process.env.PORTCULLIS_TOKEN}`,
  rest: { baseURL: `${process.env.PORTCULLIS_API}/v10` },
  gateway: { intents: ["GUILDS", "GUILD_MESSAGES"], maxShards: "auto" },
});
client.on("error", (error) => console.error(error.message ?? error));
client.on("warn", (text) => console.error(text));
process.on("SIGTERM", () => client.disconnect(false));
await client.connect();
