// Eris as a bot's author uses it, at the gateway that the environment names. Its REST is HTTPS only and its port no
// option, so that an agent leads it to the API.
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import Eris from "eris";

const api = new URL(process.env.PORTCULLIS_API);
const ca = process.env.PORTCULLIS_CA ? fs.readFileSync(process.env.PORTCULLIS_CA) : undefined;
const agent = ca
  ? Object.assign(new https.Agent({ ca }), { defaultPort: Number(api.port) })
  : Object.assign(new http.Agent(), { protocol: "https:", defaultPort: Number(api.port) });
const client = new Eris(`Bot ${process.env.PORTCULLIS_TOKEN}`, {
  intents: ["guilds", "guildMessages"],
  maxShards: "auto",
  rest: { domain: api.hostname, agent },
  ws: { ca },
});
client.on("debug", (text, shard) => console.error(shard ?? "", text));
client.on("error", (error) => console.error(error.message));
process.on("SIGTERM", () => client.disconnect({ reconnect: false }));
await client.connect();
