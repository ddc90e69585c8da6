// @discordjs/ws, the gateway part of discord.js, on its own, at the gateway that the environment names.
import { REST } from "@discordjs/rest";
import { WebSocketManager, WebSocketShardEvents } from "@discordjs/ws";
import { GatewayIntentBits } from "discord-api-types/v10";

const token = process.env.PORTCULLIS_TOKEN;
const rest = new REST({ api: process.env.PORTCULLIS_API, version: "10" }).setToken(token);
const manager = new WebSocketManager({
  token,
  intents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages,
  rest,
  fetchGatewayInformation: () => rest.get("/gateway/bot"),
});
manager.on(WebSocketShardEvents.Debug, (...text) => console.error(...text));
manager.on(WebSocketShardEvents.Error, (error) => console.error(error.message ?? error));
process.on("SIGTERM", async () => {
  await manager.destroy();
  process.exit(0);
});
await manager.connect();
