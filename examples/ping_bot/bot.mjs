// The bot of bot.py on discord.js, for the same test: BOT="node bot.mjs" python3 test_bot.py
import {
  ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, Events, GatewayIntentBits, MessageFlags, Partials, REST, Routes,
  SlashCommandBuilder,
} from "discord.js";

const token = process.env.PORTCULLIS_TOKEN;
const options = process.env.PORTCULLIS_API ? { api: process.env.PORTCULLIS_API, version: "10" } : {};

const commands = [
  new SlashCommandBuilder().setName("ping").setDescription("Answers at once"),
  new SlashCommandBuilder()
    .setName("count")
    .setDescription("Counts the letters of a word, and answers late")
    .addStringOption((option) => option.setName("word").setDescription("which").setRequired(true))
    .addUserOption((option) => option.setName("whose").setDescription("for whom").setRequired(true)),
  new SlashCommandBuilder().setName("ask").setDescription("Asks, and waits for a button"),
  new SlashCommandBuilder().setName("secret").setDescription("Tells only you"),
];

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent,
    GatewayIntentBits.GuildMessageReactions, GatewayIntentBits.DirectMessages,
  ],
  partials: [Partials.Channel, Partials.Message, Partials.Reaction],
  rest: options,
});

client.on(Events.MessageCreate, async (message) => {
  if (message.author.id === client.user.id) return;
  if (!message.guild) return message.channel.send(`You wrote: ${message.content}`);
  if (message.content === "$hello") await message.channel.send("Hello!");
  if (message.content === "$wave") {
    await message.react("👋");
    await message.reply("I waved.");
  }
  if (message.content === "$edit") await (await message.channel.send("one")).edit("two");
  if (message.content === "$delete") await (await message.channel.send("gone soon")).delete();
  if (message.content === "$file")
    await message.channel.send({ content: "here", files: [{ attachment: Buffer.from("a,b\n"), name: "table.csv" }] });
});

client.on(Events.MessageReactionAdd, async (reaction, user) => {
  if (user.id !== client.user.id) await reaction.message.channel.send(`${user.username} likes it: ${reaction.emoji}`);
});

const answers = {
  ping: (interaction) => interaction.reply("pong"),
  count: async (interaction) => {
    await interaction.deferReply();
    const word = interaction.options.getString("word");
    await interaction.followUp(`${word.length} letters for ${interaction.options.getMember("whose").displayName}`);
  },
  ask: (interaction) => {
    const yes = new ButtonBuilder().setCustomId("yes").setLabel("Yes").setStyle(ButtonStyle.Primary);
    return interaction.reply({ content: "Well?", components: [new ActionRowBuilder().addComponents(yes)] });
  },
  secret: (interaction) => interaction.reply({ content: "nobody else sees this", flags: MessageFlags.Ephemeral }),
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isChatInputCommand()) await answers[interaction.commandName](interaction);
  if (interaction.isButton())
    await interaction.update({ content: `${interaction.user.username} said yes`, components: [] });
});

client.once(Events.ClientReady, async (ready) => {
  const rest = new REST(options).setToken(token);
  await rest.put(Routes.applicationCommands(ready.application.id), { body: commands.map((one) => one.toJSON()) });
});

process.on("SIGTERM", () => client.destroy());
await client.login(token);
