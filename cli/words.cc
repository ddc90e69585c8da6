#include "portcullis/cli/words.h"

#include <array>
#include <cstdio>

#include "portcullis/spec/close_codes.h"

namespace portcullis::cli {
namespace {

struct Word {
  Disconnected::Why why;
  std::string_view name;
  std::string_view words;
};

// clang-format off
constexpr auto kWords = [] {
  using W = Disconnected::Why;
  return std::to_array<Word>({
    {W::ClosedByPeer,     "closed_by_peer",     "the gateway closed the connection"},
    {W::LostLink,         "lost_link",          "the link was lost"},
    {W::OpenFailed,       "open_failed",        "no connection"},
    {W::HelloTimeout,     "hello_timeout",      "Hello did not come in time"},
    {W::ReadyTimeout,     "ready_timeout",      "READY or RESUMED did not come in time"},
    {W::Zombie,           "zombie",             "a heartbeat was not acknowledged"},
    {W::Undecodable,      "undecodable",        "the gateway sent something that cannot be read"},
    {W::AskedToReconnect, "asked_to_reconnect", "the gateway asked to reconnect (op 7)"},
    {W::InvalidSession,   "invalid_session",    "the gateway declared the session invalid (op 9)"},
    {W::LocalReconnect,   "local_reconnect",    "a new connection was asked for here"},
    {W::LocalStop,        "local_stop",         "asked to stop here"},
  });
}();
// clang-format on
static_assert(
    [] {
      for (std::size_t i = 0; i < kWords.size(); ++i)
        if (static_cast<std::size_t>(kWords[i].why) != i) return false;
      return true;
    }(),
    "kWords[n] is the reason number n");

struct Remedy {
  std::uint16_t code;
  std::string_view words;
};

// clang-format off
constexpr auto kRemedies = std::to_array<Remedy>({
  {4004, "the token is wrong: see that it is the bot's own and was not reset"},
  {4010, "--shard is not below --shards, or not a shard of this bot: leave both out to take what the gateway recommends"},
  {4011, "the bot is in too many guilds for so few shards: raise --shards, or leave it out"},
  {4012, "the gateway no longer speaks this version of its protocol: a newer release is needed"},
  {4013, "--intents has a bit that does not exist: portcullis spec intents lists them"},
  {4014, "--intents has a privileged intent that the bot may not use: enable it in the developer portal, or leave it out"},
});
// clang-format on

std::string formatted(const char* format, double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string_view name_of(Disconnected::Why why) noexcept { return kWords[static_cast<std::size_t>(why)].name; }

std::string_view name_of(Disconnected::Next next) noexcept {
  switch (next) {
    case Disconnected::Next::Resume: return "resume";
    case Disconnected::Next::Identify: return "identify";
    case Disconnected::Next::Nothing: return "nothing";
  }
  return "";
}

std::string_view words_for(Disconnected::Why why) noexcept { return kWords[static_cast<std::size_t>(why)].words; }

std::string why_in_words(const Disconnected& end) {
  std::string words(words_for(end.why));
  // Otherwise it is our own code that comes back.
  if (end.why == Disconnected::Why::ClosedByPeer && end.close_code != 0)
    words += " with " + close_code_in_words(end.close_code);
  if (end.http_status != 0) words += ", HTTP status " + std::to_string(end.http_status);
  if (end.error) words += ": " + std::string(text(end.error->code)) + " (" + std::string(id(end.error->req)) + ")";
  return words;
}

std::string next_in_words(const Disconnected& end) {
  const std::string when = end.delay.count() > 0 ? " in " + in_words(end.delay) : " at once";
  switch (end.next) {
    case Disconnected::Next::Resume: return "resumes" + when;
    case Disconnected::Next::Identify: return "identifies anew" + when;
    case Disconnected::Next::Nothing: return "that was the end";
  }
  return "";
}

std::string close_code_in_words(std::uint16_t code) {
  const spec::CloseRow& row = spec::close_row(code);
  return std::to_string(code) + " (" + std::string(row.name) + ", " + std::string(id(row.req)) + ")";
}

std::string_view remedy_for(std::uint16_t code) noexcept {
  for (const Remedy& remedy : kRemedies)
    if (remedy.code == code) return remedy.words;
  return "portcullis spec close_codes tells what the documents say about it";
}

std::string in_words(Duration time) {
  if (time < Duration{1'000}) return std::to_string(time.count()) + " ms";
  return formatted("%.1f s", static_cast<double>(time.count()) / 1'000);
}

std::string bytes_in_words(std::uint64_t bytes) {
  if (bytes < 1'000) return std::to_string(bytes) + " B";
  if (bytes < 1'000'000) return formatted("%.1f kB", static_cast<double>(bytes) / 1e3);
  return formatted("%.1f MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace portcullis::cli
