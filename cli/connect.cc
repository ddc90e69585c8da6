#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <numeric>

#include "portcullis/cli/event_log.h"
#include "portcullis/cli/input_recorder.h"
#include "portcullis/cli/intents.h"
#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/recorder.h"
#include "portcullis/cli/session_file.h"
#include "portcullis/cli/token.h"
#include "portcullis/cli/verb.h"
#include "portcullis/cli/words.h"

namespace portcullis::cli {
namespace {

struct Options {
  std::string url;
  std::string api_url = "https://discord.com/api";
  std::uint32_t shard_count = 0;
  std::vector<std::uint32_t> shard_ids;
  std::string intents = "unprivileged";
  std::string compression = "zlib-stream";
  std::string encoding = "json";
  std::string check = "grammar";
  std::string ca_file;
  std::string token_file;
  std::string session_file;
  std::string record_file;
  bool keep = false;
  std::optional<std::uint64_t> events_max;
  std::optional<double> seconds_max;
  bool data = false;
  bool json = false;
  bool verbose = false;
};

const std::map<std::string, compression::Compression> kCompressions{
    {"none", compression::Compression::None},
    {"payload", compression::Compression::Payload},
    {"zlib-stream", compression::Compression::ZlibStream},
    {"zstd-stream", compression::Compression::ZstdStream}};

void check_url(const std::string& url) {
  const auto parsed = websocket::parse_url(url);
  if (!parsed)
    throw Failure(Exit::Usage, "--url: " + std::string(text(parsed.error().code)) + ", at character " +
                                   std::to_string(parsed.error().offset + 1) +
                                   "; it should look like wss://gateway.discord.gg");
}

void check_api_url(const std::string& url) {
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    throw Failure(Exit::Usage, "--api-url has to begin with https:// or http://, as https://discord.com/api");
}

void check_shards(const Options& options) {
  for (const std::uint32_t shard : options.shard_ids)
    if (shard >= options.shard_count)
      throw Failure(Exit::Usage, "--shard " + std::to_string(shard) + " is not below --shards " +
                                     std::to_string(options.shard_count) + ": shards are counted from 0");
}

Config config_of(const Options& options) {
  Config config;
  config.url = options.url;
  config.identify.token = need_token(options.token_file);
  config.identify.intents = read_intents(options.intents);
  config.compression = kCompressions.at(options.compression);
  if (options.encoding == "etf") config.encoding = encoding::Encoding::Etf;
  if (options.check == "envelope") config.check = encoding::Check::Envelope;
  return config;
}

/// Puts the sessions of the last run where the shards look for theirs.
void adopt(const KeptSessions& kept, driver::GroupOptions& group) {
  if (group.shard_count == 0) group.shard_count = kept.shard_count;
  if (group.shard_count != kept.shard_count)
    throw Failure(Exit::Usage, "--session-file holds sessions of a bot with " + std::to_string(kept.shard_count) +
                                   " shards, which are no use to one with " + std::to_string(group.shard_count) +
                                   ": remove the file, or give --shards " + std::to_string(kept.shard_count));
  std::vector<std::uint32_t> ids = group.shard_ids;
  if (ids.empty()) {
    ids.resize(group.shard_count);
    std::iota(ids.begin(), ids.end(), 0U);
  }
  for (const std::uint32_t shard : ids) {
    const auto found = kept.by_shard.find(shard);
    group.sessions.push_back(found == kept.by_shard.end() ? std::nullopt : std::optional(found->second));
  }
}

driver::GroupOptions group_of(const Options& options) {
  if (!options.url.empty()) check_url(options.url);
  check_api_url(options.api_url);
  check_shards(options);
  driver::GroupOptions group;
  group.config = config_of(options);
  group.api_url = options.api_url;
  group.ca_file = options.ca_file;
  group.shard_count = options.shard_count;
  group.shard_ids = options.shard_ids;
  if (options.session_file.empty()) return group;
  check_writable(options.session_file);
  if (const auto kept = read_sessions(options.session_file)) adopt(*kept, group);
  return group;
}

/// Stores what is to be resumed, or takes away what no longer can be.
void store_sessions(const Options& options, const driver::ShardGroup& group) {
  KeptSessions kept;
  kept.shard_count = options.shard_count != 0 ? options.shard_count : static_cast<std::uint32_t>(group.shards().size());
  for (const auto& shard : group.shards())
    if (const auto session = shard->session()) kept.by_shard.emplace(shard->id(), *session);
  if (options.keep && !kept.by_shard.empty())
    write_sessions(options.session_file, kept);
  else
    ::unlink(options.session_file.c_str());
}

std::optional<Duration> limit_of(const Options& options) {
  if (!options.seconds_max) return std::nullopt;
  return Duration{static_cast<std::int64_t>(*options.seconds_max * 1'000)};
}

/// What came of it, once all has ended.
Exit verdict(const EventLog& log, Interrupt::Cause cause, const Options& options) {
  if (const std::uint16_t code = log.fatal_code(); code != 0)
    throw Failure(Exit::Failed, "the gateway ended it for good with " + close_code_in_words(code) + ": " +
                                    std::string(remedy_for(code)));
  const std::string trouble = log.last_trouble().value_or("nothing answered");
  if (log.is_hopeless()) throw Failure(Exit::NoConnection, trouble);
  if (cause == Interrupt::Cause::Time && !log.has_connected())
    throw Failure(Exit::NoConnection, "no connection in " + in_words(*limit_of(options)) + ": " + trouble);
  return Exit::Well;
}

/// What came of it where it was given up before there was a shard.
Exit verdict_without_group(const net::Trouble& trouble, const EventLog& log, Interrupt::Cause cause,
                           const Options& options) {
  if (log.is_over()) return verdict(log, cause, options);
  const bool refused = trouble.stage == net::Trouble::Stage::Answer;
  throw Failure(refused ? Exit::Failed : Exit::Usage, trouble.text);
}

Exit run(const Options& options) {
  driver::GroupOptions group_options = group_of(options);
  std::optional<Recorder> recorder;
  if (!options.record_file.empty()) recorder.emplace(options.record_file, "portcullis connect");
  const gateway::Leaving leaving = options.keep ? gateway::Leaving::Keep : gateway::Leaving::End;
  std::optional<InputRecorder> inputs;
  if (recorder) inputs.emplace(*recorder, leaving);
  if (inputs) group_options.chance_of = [&inputs](std::uint32_t shard) { return inputs->chance_of(shard); };
  EventLog log({options.json, options.data, options.verbose, options.events_max, recorder ? &*recorder : nullptr,
                inputs ? &*inputs : nullptr});
  const Interrupt interrupt(limit_of(options), [&log] {
    log.interrupt();
    log.wake();
  });
  if (recorder) recorder->note("local", {{"did", "start"}});
  auto started = driver::ShardGroup::start(std::move(group_options), log, log.is_over());
  if (const auto* trouble = std::get_if<net::Trouble>(&started))
    return verdict_without_group(*trouble, log, interrupt.cause(), options);
  driver::ShardGroup& group = *std::get<0>(started);
  log.wait_until_over();
  if (recorder) recorder->note("local", {{"did", "stop"}});
  group.stop(leaving);
  group.wait();
  if (log.has_connected()) log.summarise(group);
  if (log.has_connected() && !options.session_file.empty()) store_sessions(options, group);
  if (recorder) recorder->close();
  return verdict(log, interrupt.cause(), options);
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("--url", options.url, "Gateway to connect to; without it the API is asked for it")
      ->option_text("URL");
  verb.add_option("--api-url", options.api_url, "API to ask, without the version")
      ->option_text("URL [https://discord.com/api]");
  auto* const count =
      verb.add_option("--shards", options.shard_count, "How many shards the bot has; else as the API says");
  count->option_text("N")->check(CLI::Range(1, 100'000));
  verb.add_option("--shard", options.shard_ids, "A shard to run here, from 0; may be repeated; else all of them")
      ->option_text("I ...")
      ->needs(count);
  verb.add_option("--intents", options.intents, "A number, or names with commas between; also all, none")
      ->option_text("LIST [unprivileged]");
  verb.add_option("--compression", options.compression, "none, zlib-stream, zstd-stream or payload")
      ->option_text("KIND [zlib-stream]")
      ->check(CLI::IsMember(kCompressions));
  verb.add_option("--encoding", options.encoding, "json or etf; events are printed as JSON either way")
      ->option_text("KIND [json]")
      ->check(CLI::IsMember({"json", "etf"}));
  verb.add_option("--check", options.check, "How much of each JSON payload is checked: envelope or grammar")
      ->option_text("HOW [grammar]")
      ->check(CLI::IsMember({"envelope", "grammar"}));
  verb.add_option("--ca", options.ca_file, "Certificates to trust, as PEM, in place of the system's")
      ->option_text("FILE");
  verb.add_option("--token-file", options.token_file, "Where the token stands; else in PORTCULLIS_TOKEN")
      ->option_text("FILE");
  auto* const file =
      verb.add_option("--session-file", options.session_file, "Resume what an earlier run has kept there");
  file->option_text("FILE");
  verb.add_flag("--keep", options.keep, "Leave the session resumable at the end, and write it there")
      ->option_text(" ")
      ->needs(file);
  verb.add_option("--record", options.record_file,
                  "Write down all that goes over the links, as a timeline; with pseudonyms for token and session ids")
      ->option_text("FILE");
  verb.add_option("--events", options.events_max, "End after so many events")
      ->option_text("N")
      ->check(CLI::Range(1, 1'000'000'000));
  verb.add_option("--seconds", options.seconds_max, "End after so long")
      ->option_text("N")
      ->check(CLI::Range(0.001, 1e9));
  verb.add_flag("--data", options.data,
                "Print what each event carries, too; ids of sessions and tokens are blotted out");
  verb.add_flag("--json", options.json, "Print what becomes of the connections as JSON lines, too");
  verb.add_flag("--verbose", options.verbose, "Print what is odd, but harmless, too");
}

}  // namespace

void add_connect(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("connect", "Connects a bot to a gateway and prints its events as JSON lines");
  const auto options = std::make_shared<Options>();
  add_options(*verb, *options);
  verb->footer(
      "Events go to standard output, what becomes of the connections to standard error. Ctrl-C ends the session.\n"
      "Exit status: 0 ended as asked, 1 the gateway ended it for good, 3 usage, 4 our own fault,\n"
      "5 no connection by the end of --seconds.\n\n"
      "Example: ten events of a real bot\n"
      "  PORTCULLIS_TOKEN=$(cat token) portcullis connect --intents GUILDS,GUILD_MESSAGES --events 10");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
