#include "portcullis/cli/intents.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "portcullis/cli/verb.h"
#include "portcullis/spec/intents.h"

namespace portcullis::cli {
namespace {

std::optional<std::uint64_t> as_number(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

std::uint64_t named(std::string_view word) {
  const std::string name = upper(word);
  if (name == "ALL") return spec::kAllIntents;
  if (name == "UNPRIVILEGED") return spec::kUnprivilegedIntents;
  if (name == "NONE") return 0;
  for (const spec::IntentRow& row : spec::kIntents)
    if (name == row.name || (!name.empty() && name == row.old_name)) return spec::bit(row.intent);
  throw Failure(Exit::Usage, "--intents: there is no intent '" + std::string(word) +
                                 "': give a number, or names as GUILDS,GUILD_MESSAGES; portcullis spec intents lists "
                                 "them");
}

}  // namespace

std::uint64_t read_intents(std::string_view text) {
  if (const auto number = as_number(text)) return *number;
  std::uint64_t sum = 0;
  while (true) {
    const std::size_t comma = text.find(',');
    sum |= named(text.substr(0, comma));
    if (comma == std::string_view::npos) return sum;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace portcullis::cli
