#!/usr/bin/python3
"""A first bot on discord.py: messages, reactions, slash commands and a button. test_bot.py tests it."""

import io
import os

import discord
import yarl
from discord import app_commands

if "PORTCULLIS_API" in os.environ:  # a mock, in the place of Discord
    discord.http.Route.BASE = os.environ["PORTCULLIS_API"] + "/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["PORTCULLIS_URL"])

intents = discord.Intents.default()
intents.message_content = True


class Bot(discord.Client):
    def __init__(self):
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        self.add_view(Button())  # so that a button works however soon it is pressed, and after a restart
        await self.tree.sync()

    async def on_message(self, message):
        if message.author == self.user:
            return
        if message.guild is None:
            await message.channel.send(f"You wrote: {message.content}")
        elif message.content == "$hello":
            await message.channel.send("Hello!")
        elif message.content == "$wave":
            await message.add_reaction("\N{WAVING HAND SIGN}")
            await message.reply("I waved.")
        elif message.content == "$edit":
            sent = await message.channel.send("one")
            await sent.edit(content="two")
        elif message.content == "$delete":
            sent = await message.channel.send("gone soon")
            await sent.delete()
        elif message.content == "$file":
            await message.channel.send("here", file=discord.File(io.BytesIO(b"a,b\n"), filename="table.csv"))

    async def on_reaction_add(self, reaction, user):
        if user != self.user:
            await reaction.message.channel.send(f"{user.name} likes it: {reaction.emoji}")


class Button(discord.ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Yes", custom_id="yes")
    async def yes(self, interaction, _button):
        await interaction.response.edit_message(content=f"{interaction.user.name} said yes", view=None)


bot = Bot()


@bot.tree.command(name="ping", description="Answers at once")
async def ping(interaction: discord.Interaction):
    await interaction.response.send_message("pong")


@bot.tree.command(name="count", description="Counts the letters of a word, and answers late")
async def count(interaction: discord.Interaction, word: str, whose: discord.Member):
    await interaction.response.defer()
    await interaction.followup.send(f"{len(word)} letters for {whose.display_name}")


@bot.tree.command(name="ask", description="Asks, and waits for a button")
async def ask(interaction: discord.Interaction):
    await interaction.response.send_message("Well?", view=Button())


@bot.tree.command(name="secret", description="Tells only you")
async def secret(interaction: discord.Interaction):
    await interaction.response.send_message("nobody else sees this", ephemeral=True)


bot.run(os.environ["PORTCULLIS_TOKEN"])
