// discord.js as a bot's author uses it, at the gateway that the environment names.
import { Client, GatewayIntentBits } from "discord.js";

const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages];
const client = new Client({ intents, shards: "auto", rest: { api: process.env.PORTCULLIS_API, version: "10" } });
client.on("debug", (text) => console.error(text));
client.on("error", (error) => console.error(error.message));
process.on("SIGTERM", async () => {
  await client.destroy();
  process.exit(0);
});
await client.login(process.env.PORTCULLIS_TOKEN);
