#include "portcullis/oracle/replay/inputs.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace portcullis::replay {
namespace {

using compression::Compression;
using encoding::Check;
using encoding::Encoding;

template <typename Value, std::size_t size>
using Names = std::array<std::pair<std::string_view, Value>, size>;

constexpr Names<Compression, 4> kCompressions{{{"none", Compression::None},
                                               {"payload", Compression::Payload},
                                               {"zlib-stream", Compression::ZlibStream},
                                               {"zstd-stream", Compression::ZstdStream}}};
constexpr Names<Encoding, 2> kEncodings{{{"json", Encoding::Json}, {"etf", Encoding::Etf}}};
constexpr Names<Check, 2> kChecks{{{"grammar", Check::Grammar}, {"envelope", Check::Envelope}}};

std::string_view name_in(const auto& names, auto value) {
  return std::ranges::find_if(names, [&](const auto& one) { return one.second == value; })->first;
}

/// Reads members one after the other, and remembers the first that is wrong.
class Reader {
 public:
  explicit Reader(const Json& members) : members_(members) {}

  template <typename Number>
  void number(std::string_view name, Number& into) {
    const Json& value = at(name);
    const bool fits = value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
    fits&& value.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<Number>::max())
        ? void(into = value.get<Number>())
        : fail(name);
  }
  void text(std::string_view name, std::string& into) {
    const Json& value = at(name);
    value.is_string() ? void(into = value.get<std::string>()) : fail(name);
  }
  void word(std::string_view name, const auto& names, auto& into) {
    std::string word;
    text(name, word);
    const auto found = std::ranges::find_if(names, [&](const auto& one) { return one.first == word; });
    found == names.end() ? fail(name) : void(into = found->second);
  }
  bool has(std::string_view name) const { return members_.is_object() && members_.contains(name); }
  const Json& at(std::string_view name) const {
    static const Json none;
    return has(name) ? members_.at(std::string(name)) : none;
  }
  void fail(std::string_view name) {
    if (wrong.empty()) wrong = "\"" + std::string(name) + "\" " + (has(name) ? "may not be that" : "is missing");
  }

  std::string wrong;

 private:
  const Json& members_;
};

}  // namespace

std::string origin_of(const websocket::Url& endpoint) {
  const bool numeric = endpoint.host.find(':') != std::string::npos;
  const std::string host = numeric ? "[" + endpoint.host + "]" : endpoint.host;
  return (endpoint.secure ? "wss://" : "ws://") + host + ":" + std::to_string(endpoint.port);
}

Json members_of(const Config& config, const std::function<std::string(std::string_view)>& pseudonym) {
  Json members{{"url", config.url},
               {"token", pseudonym(config.identify.token)},
               {"intents", config.identify.intents},
               {"max_concurrency", config.max_concurrency},
               {"version", config.version},
               {"compression", name_in(kCompressions, config.compression)},
               {"encoding", name_in(kEncodings, config.encoding)},
               {"check", name_in(kChecks, config.check)}};
  if (const auto& shard = config.identify.shard) members["shard"] = {{"id", shard->id}, {"count", shard->count}};
  if (const auto& session = config.resume)
    members["resume"] = {{"session_id", pseudonym(session->id)},
                         {"resume_gateway_url", session->resume_gateway_url},
                         {"seq", session->sequence}};
  return members;
}

std::variant<Config, std::string> read_config(const Json& members) {
  Config config;
  Reader reader(members);
  reader.text("url", config.url);
  reader.text("token", config.identify.token);
  reader.number("intents", config.identify.intents);
  reader.number("max_concurrency", config.max_concurrency);
  reader.number("version", config.version);
  reader.word("compression", kCompressions, config.compression);
  reader.word("encoding", kEncodings, config.encoding);
  reader.word("check", kChecks, config.check);
  if (reader.has("shard")) {
    Reader shard(reader.at("shard"));
    config.identify.shard.emplace();
    shard.number("id", config.identify.shard->id);
    shard.number("count", config.identify.shard->count);
    if (!shard.wrong.empty()) return "\"shard\": " + shard.wrong;
  }
  if (reader.has("resume")) {
    Reader resume(reader.at("resume"));
    config.resume.emplace();
    resume.text("session_id", config.resume->id);
    resume.text("resume_gateway_url", config.resume->resume_gateway_url);
    resume.number("seq", config.resume->sequence);
    if (!resume.wrong.empty()) return "\"resume\": " + resume.wrong;
  }
  if (!reader.wrong.empty()) return std::move(reader.wrong);
  return config;
}

Chance draws_of(std::string seed) {
  struct State {
    std::string seed;
    std::uint64_t blocks = 0;
    std::array<std::uint32_t, 8> words{};  ///< of a SHA-256
    std::size_t used = 8;
  };
  return [state = std::make_shared<State>(State{std::move(seed)})] {
    if (state->used == state->words.size()) {
      const std::string block = std::to_string(state->blocks++);
      std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
      unsigned size = 0;
      HMAC(EVP_sha256(), state->seed.data(), static_cast<int>(state->seed.size()),
           reinterpret_cast<const unsigned char*>(block.data()), block.size(), digest.data(), &size);
      std::memcpy(state->words.data(), digest.data(), sizeof state->words);
      state->used = 0;
    }
    return state->words[state->used++];
  };
}

}  // namespace portcullis::replay
