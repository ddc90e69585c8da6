// A bot on discord.js, or on @discordjs/ws alone, for bot_play.py: discord_js_bot.mjs discord.js|@discordjs/ws
const api = process.env.PORTCULLIS_API;
const token = process.env.PORTCULLIS_TOKEN;
const intents = (1 << 0) | (1 << 9);
const tell = (seen) => console.log(JSON.stringify(seen));
const atEnd = (leave) => process.stdin.resume().on("end", leave);

async function runLibrary() {
  const { Client, Events } = await import("discord.js");
  const client = new Client({ intents, rest: { api, version: "10" } });
  client.on("debug", (text) => console.error(text));
  client.on(Events.ClientReady, () => tell({ ready: true }));
  client.on(Events.ShardResume, () => tell({ resumed: true }));
  client.on(Events.MessageCreate, (message) => tell({ message: message.content }));
  await client.login(token);
  atEnd(() => client.destroy());
}

async function runGateway() {
  const { REST } = await import("@discordjs/rest");
  const { WebSocketManager, WebSocketShardEvents } = await import("@discordjs/ws");
  const rest = new REST({ api, version: "10" }).setToken(token);
  const manager = new WebSocketManager({
    token,
    intents,
    rest,
    fetchGatewayInformation: () => rest.get("/gateway/bot"),
  });
  manager.on(WebSocketShardEvents.Debug, (...text) => console.error(...text));
  manager.on(WebSocketShardEvents.Ready, () => tell({ ready: true }));
  manager.on(WebSocketShardEvents.Resumed, () => tell({ resumed: true }));
  manager.on(WebSocketShardEvents.Dispatch, (first) => {
    const payload = first.data ?? first.payload ?? first;
    if (payload.t === "MESSAGE_CREATE") tell({ message: payload.d.content });
  });
  await manager.connect();
  atEnd(() => manager.destroy());
}

await (process.argv[2] === "discord.js" ? runLibrary() : runGateway());
