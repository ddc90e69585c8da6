// discordeno as a bot's author uses it, at the gateway that the environment names.
import { createBot, Intents } from "@discordeno/bot";

const bot = createBot({
  token: process.env.PORTCULLIS_TOKEN,
  intents: Intents.Guilds | Intents.GuildMessages,
  rest: { proxy: { baseUrl: process.env.PORTCULLIS_API } },
  desiredProperties: { guild: { id: true }, message: { id: true } },
});
process.on("SIGTERM", async () => {
  await bot.shutdown();
  process.exit(0);
});
await bot.start();
