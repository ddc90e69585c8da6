#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "portcullis/cli/catalogue.h"
#include "portcullis/cli/file.h"
#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/recorder.h"
#include "portcullis/cli/steps.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/token.h"
#include "portcullis/cli/verb.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/net/entropy.h"
#include "portcullis/oracle/live/live.h"
#include "portcullis/oracle/mock/realm.h"
#include "portcullis/oracle/mock/realm_file.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/timeline/rest.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;
using Colour = Paint::Colour;

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::uint16_t api_port = 0;
  std::uint16_t control_port = 0;
  bool tls = false;
  std::string ca_file;
  std::string public_url;
  std::string token_file;
  std::string world_file;
  std::uint32_t guild_count = 1;
  std::uint32_t shard_count = 1;
  std::uint32_t max_concurrency = 1;
  std::optional<std::int64_t> heartbeat_ms;
  std::optional<std::int64_t> session_lifetime_ms;
  double events_per_second = 0;
  std::string ready_file;
  std::string record_file;
  bool page = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// Made-up ids of guilds, so that they spread evenly over any number of shards (GW-SHARD-1).
std::vector<std::uint64_t> guild_ids(std::uint32_t count) {
  constexpr std::uint64_t kFirst = 200'000'000'000'000'001;
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < count; ++i) ids.push_back(kFirst + (i << 22));
  return ids;
}

std::shared_ptr<const mock::Realm> realm_of(const std::string& file) {
  auto read = mock::read_realm(read_file(file, "--world"));
  if (const auto* fault = std::get_if<mock::RealmFault>(&read))
    throw Failure(Exit::Usage, "--world: " + file + ": " + fault->where + ": " + fault->what);
  return std::make_shared<const mock::Realm>(std::move(std::get<mock::Realm>(read)));
}

mock::World world_of(const Options& options) {
  mock::World world;
  world.token = read_token(options.token_file);
  world.guild_ids = guild_ids(options.guild_count);
  if (!options.world_file.empty()) {
    world.realm = realm_of(options.world_file);
    world.guild_ids.clear();
    for (const mock::Guild& guild : world.realm->guilds) world.guild_ids.push_back(guild.id);
  }
  world.max_concurrency = options.max_concurrency;
  if (options.heartbeat_ms) world.heartbeat_interval = Duration{*options.heartbeat_ms};
  if (options.session_lifetime_ms) world.session_lifetime = Duration{*options.session_lifetime_ms};
  world.events_per_second = options.events_per_second;
  return world;
}

/// Prints what the mock does.
class StepLog {
 public:
  explicit StepLog(const Options& options) : options_(options), paint_(stdout, !options.json) {}

  void on_step(const mock::Stepped& step) const {
    if (options_.quiet || (!options_.verbose && !matters(step))) return;
    if (options_.json) return void(print_line(stdout, one_line(line_of(step))));
    print_line(stdout, "link " + std::to_string(step.link) + ": " + in_words(step) + " " +
                           paint_(Colour::Dim, "[" + std::string(id(step.row->req)) + "]"));
  }

  void on_request(const std::string& request) const {
    if (options_.quiet) return;
    print_line(stdout,
               options_.json ? one_line({{"event", "request"}, {"text", request}}) : paint_(Colour::Dim, request));
  }

  void on_listening(const mock::Server& server, bool any_token) const {
    Json urls{{"gateway_url", server.gateway_url()},
              {"api_url", server.api_url()},
              {"control_url", server.control_url()},
              {"ui_url", options_.page ? Json(page_url(server)) : Json()},
              {"ca_file", server.ca_file().empty() ? Json() : Json(server.ca_file())}};
    if (!options_.ready_file.empty()) replace_file(options_.ready_file, urls.dump(1) + "\n", false, "--ready-file");
    if (options_.json) {
      urls["event"] = "listening";
      urls["any_token"] = any_token;
      return void(print_line(stdout, one_line(urls)));
    }
    print_line(stdout, "gateway  " + paint_(Colour::Bold, server.gateway_url()));
    print_line(stdout, "api      " + paint_(Colour::Bold, server.api_url()));
    print_line(stdout, "control  " + paint_(Colour::Bold, server.control_url()) + "  (GET lists what it can do)");
    if (options_.page) print_line(stdout, "page     " + paint_(Colour::Bold, page_url(server)) + "  (for a browser)");
    if (!server.ca_file().empty())
      print_line(stdout, "ca file  " + paint_(Colour::Bold, server.ca_file()) + "  (clients have to trust it)");
    print_line(stdout, any_token ? "token    any: set PORTCULLIS_TOKEN or --token-file to accept one only"
                                 : "token    the one given; others are closed with 4004");
  }

 private:
  static std::string page_url(const mock::Server& server) { return server.control_url() + "/ui"; }

  const Options& options_;
  const Paint paint_;
};

mock::Wiretap wiretap_of(Recorder& recorder) {
  const auto side = [](bool by_client) { return by_client ? timeline::Side::Client : timeline::Side::Server; };
  return {[&](mock::Link link, const std::string& gateway_url) { recorder.begin(link, gateway_url); },
          [&recorder, side](mock::Link link, bool by_client, std::span<const std::byte> bytes) {
            recorder.heard(link, side(by_client), bytes);
          },
          [&recorder, side](mock::Link link, bool by_client, bool by_reset) {
            recorder.end(link, side(by_client), by_reset ? timeline::How::Reset : timeline::How::Eof);
          },
          [&](const mock::HttpRequest& request, const mock::HttpAnswer& answer) {
            recorder.note("rest", timeline::rest_members(request, answer,
                                                         [&](std::string_view text) { return recorder.hide(text); }));
          }};
}

mock::ServerOptions server_of(const Options& options, const StepLog& log) {
  mock::ServerOptions server;
  server.world = world_of(options);
  server.address = options.address;
  server.gateway_port = options.port;
  server.api_port = options.api_port;
  server.control_port = options.control_port;
  server.tls = options.tls;
  server.ca_file = options.ca_file;
  server.public_url = options.public_url;
  server.shards = options.shard_count;
  server.on_step = [&log](const mock::Stepped& step) { log.on_step(step); };
  server.on_request = [&log](const std::string& request) { log.on_request(request); };
  return server;
}

void check_url(const std::string& url) {
  if (url.empty() || websocket::parse_url(url)) return;
  throw Failure(Exit::Usage, "--public-url should look like ws://127.0.0.1:4000");
}

std::string statement_of(std::string_view id) {
  const Requirement* const requirement = find_requirement(id);
  return requirement == nullptr ? std::string() : requirement->statement;
}

void show_page(mock::ServerOptions& server, live::Live& page) {
  server.display = page.display();
  server.on_step = [&page, log = std::move(server.on_step)](const mock::Stepped& step) {
    page.stepped(step);
    log(step);
  };
}

Exit run(const Options& options) {
  check_url(options.public_url);
  // A script that waits for the file must not find that of an earlier run.
  if (!options.ready_file.empty()) ::unlink(options.ready_file.c_str());
  const StepLog log(options);
  mock::ServerOptions server = server_of(options, log);
  const bool any_token = server.world.token.empty();
  std::atomic<bool> over = false;
  const Interrupt interrupt(std::nullopt, [&over] {
    over = true;
    over.notify_all();
  });
  std::optional<live::Live> page;
  if (options.page) page.emplace(net::entropy()(), statement_of);
  const auto show = [&page](const timeline::Record& record) {
    if (page) page->saw(record);
  };
  std::optional<Recorder> recorder;
  if (page || !options.record_file.empty()) recorder.emplace(options.record_file, "portcullis mock", show);
  if (recorder) server.wiretap = wiretap_of(*recorder);
  if (page) show_page(server, *page);
  auto result = mock::Server::open(std::move(server));
  if (const auto* trouble = std::get_if<net::Trouble>(&result)) throw Failure(Exit::Usage, trouble->text);
  std::unique_ptr<mock::Server> opened = std::move(std::get<0>(result));
  log.on_listening(*opened, any_token);
  over.wait(false);
  opened.reset();
  if (!options.ready_file.empty()) ::unlink(options.ready_file.c_str());
  if (recorder) recorder->close();
  return Exit::Well;
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("--address", options.address, "Address to listen on")->option_text("A [127.0.0.1]");
  verb.add_option("--port", options.port, "Port of the gateway; 0: the system chooses")
      ->option_text("N [0]")
      ->check(CLI::Range(0, 65'535));
  verb.add_option("--api-port", options.api_port, "Port of the REST answers")
      ->option_text("N [0]")
      ->check(CLI::Range(0, 65'535));
  verb.add_option("--control-port", options.control_port, "Port of the control over HTTP")
      ->option_text("N [0]")
      ->check(CLI::Range(0, 65'535));
  auto* const tls = verb.add_flag("--tls", options.tls, "wss and https, with a certificate made now");
  verb.add_option("--ca-out", options.ca_file, "Where to write the certificate that clients have to trust")
      ->option_text("FILE")
      ->needs(tls);
  verb.add_option("--public-url", options.public_url,
                  "What READY and the API name as the gateway, where a proxy stands in front of it")
      ->option_text("URL");
  verb.add_option("--token-file", options.token_file, "Where the one good token stands; else in PORTCULLIS_TOKEN")
      ->option_text("FILE");
  auto* const world =
      verb.add_option("--world", options.world_file, "The guilds, channels, roles and members, as JSON");
  world->option_text("FILE");
  verb.add_option("--guilds", options.guild_count, "How many guilds the bot is in")
      ->option_text("N [1]")
      ->check(CLI::Range(0, 100'000))
      ->excludes(world);
  verb.add_option("--shards", options.shard_count, "How many shards the API recommends")
      ->option_text("N [1]")
      ->check(CLI::Range(1, 100'000));
  verb.add_option("--max-concurrency", options.max_concurrency, "How many shards may identify at once, each 5 s")
      ->option_text("N [1]")
      ->check(CLI::Range(1, 100'000));
  verb.add_option("--heartbeat-ms", options.heartbeat_ms, "Interval of the heartbeats")
      ->option_text("N [41250]")
      ->check(CLI::Range(1, 86'400'000));
  verb.add_option("--session-lifetime-ms", options.session_lifetime_ms,
                  "How long a session without a link can be resumed")
      ->option_text("N")
      ->check(CLI::Range(0, 86'400'000));
  verb.add_option("--events-per-second", options.events_per_second, "Numbered MESSAGE_CREATE to each session")
      ->option_text("X [0]")
      ->check(CLI::Range(0.0, 10'000.0))
      ->excludes(world);
  verb.add_option("--ready-file", options.ready_file, "Written as JSON, with all URLs, once it listens")
      ->option_text("FILE");
  verb.add_option("--record", options.record_file,
                  "Write down all that goes over the links, as a timeline; with pseudonyms for token and session ids")
      ->option_text("FILE");
  verb.add_flag("--ui", options.page, "Show clients, wire log and controls on a page of the control port")
      ->option_text(" ");
  verb.add_flag("--json", options.json, "Print JSON lines");
  auto* const quiet = verb.add_flag("--quiet", options.quiet, "Print the URLs only");
  quiet->option_text(" ");
  verb.add_flag("--verbose", options.verbose, "Print every step: heartbeats and dispatches too")
      ->option_text(" ")
      ->excludes(quiet);
}

}  // namespace

void add_mock(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("mock", "Plays a gateway for any bot, until it is stopped");
  const auto options = std::make_shared<Options>();
  add_options(*verb, *options);
  verb->footer(
      "SIGINT (Ctrl-C) or SIGTERM ends it, with exit status 0.\n\n"
      "Example: a gateway for a script, which reads the URLs from ready.json\n"
      "  portcullis mock --port 0 --ready-file ready.json --events-per-second 5");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
